// SPDX-License-Identifier: Apache-2.0

import { kinds } from '../api/resources';
import { useNow, useRows } from '../app/hub';
import { formatAge } from '../kube/age';
import type { Event } from '../kube/objects';
import { Columns } from '../stream/columns';
import type { Snapshot } from '../stream/RowSet';
import { Mark } from '../ui/Mark';
import { Empty, isLoading, Loading, Partial } from '../ui/states';
import './eventlist.css';

const columns = new Columns({
  type: '.type',
  reason: '.reason',
  message: '.message',
  count: '.count',
  at: '.lastTimestamp',
  eventTime: '.eventTime',
  created: '.metadata.creationTimestamp',
  source: '.source.component',
  reporter: '.reportingComponent',
});

export interface EventsOf {
  cluster: string;
  namespace: string;
  kind: string;
  name: string;
}

/** The events about one object, newest first. */
export function useEvents({ cluster, namespace, kind, name }: EventsOf): { events: Event[]; snapshot: Snapshot } {
  const { snapshot } = useRows({
    clusters: [cluster],
    resource: kinds.Event.resource,
    namespace,
    fieldSelector: `involvedObject.kind=${kind},involvedObject.name=${name}`,
    columns: columns.paths,
  });
  const events = snapshot.rows
    .map(row => ({
      type: columns.text(row, 'type'),
      reason: columns.text(row, 'reason'),
      message: columns.text(row, 'message'),
      count: columns.number(row, 'count') || 1,
      lastTimestamp: columns.text(row, 'at') || columns.text(row, 'eventTime') || columns.text(row, 'created'),
      source: { component: columns.text(row, 'source') || columns.text(row, 'reporter') },
    }))
    .sort((a, b) => b.lastTimestamp.localeCompare(a.lastTimestamp));
  return { events, snapshot };
}

export function EventList({ of }: { of: EventsOf }) {
  const { events, snapshot } = useEvents(of);
  const now = useNow(5000);
  if (isLoading(snapshot)) return <Loading what="events" />;
  return (
    <>
      <Partial snapshot={snapshot} />
      {events.length === 0 ? (
        <Empty title="No events">Nothing was said about it lately; events are kept for about an hour.</Empty>
      ) : (
        <ol className="events">
          {events.map(event => (
            <li key={`${event.reason}${event.lastTimestamp}${event.message}`}>
              <span className="quiet number">{formatAge(event.lastTimestamp, now)} ago</span>
              <Mark health={event.type === 'Warning' ? 'warn' : 'idle'}>{event.reason}</Mark>
              <span>
                {event.message}
                {(event.count ?? 1) > 1 && <span className="quiet number"> ({event.count} times)</span>}
                <span className="quiet"> {event.source?.component}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
