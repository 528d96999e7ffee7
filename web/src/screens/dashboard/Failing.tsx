// SPDX-License-Identifier: Apache-2.0

import { Link } from 'wouter';
import { kinds } from '../../api/resources';
import { useNow, useRows } from '../../app/hub';
import { type Scope, useScopedPath } from '../../app/scope';
import { formatAge } from '../../kube/age';
import { healthOfWord } from '../../kube/podState';
import { Columns } from '../../stream/columns';
import type { Snapshot } from '../../stream/RowSet';
import { Mark } from '../../ui/Mark';
import { Panel } from '../../ui/Panel';
import { Empty } from '../../ui/states';
import { links } from '../links';
import { podGroups } from './podGroups';

const warnings = new Columns({
  namespace: '.involvedObject.namespace',
  kind: '.involvedObject.kind',
  name: '.involvedObject.name',
  reason: '.reason',
  message: '.message',
  count: '.count',
  at: '.lastTimestamp',
});

interface Fault {
  key: string;
  cluster: string;
  namespace: string;
  kind: string;
  name: string;
  status: string;
  count: number;
  why: string;
  since: string;
}

const shown = 8;

/** What is failing, by workload, and the last thing that was said about it. */
export function Failing({ scope, pods }: { scope: Scope; pods: Snapshot }) {
  const now = useNow(5000);
  const scoped = useScopedPath();
  const events = useRows({
    clusters: scope.clusters,
    namespace: scope.namespace,
    resource: kinds.Event.resource,
    fieldSelector: 'type=Warning',
    columns: warnings.paths,
    sort: warnings.sort('at', true),
    limit: 200,
  }).snapshot;

  const found = new Map<string, Fault>();
  for (const row of pods.rows) {
    // To kubectl it is pending, as if it only took a while.
    const status = podGroups.text(row, 'placing') === 'Unschedulable' ? 'Unschedulable' : podGroups.text(row, 'status');
    const health = healthOfWord(status);
    if (health !== 'bad' && health !== 'warn') continue;
    const owner = podGroups.text(row, 'owner');
    const hash = podGroups.text(row, 'hash');
    const isDeployment = podGroups.text(row, 'kind') === 'ReplicaSet' && hash !== '' && owner.endsWith(`-${hash}`);
    const name = isDeployment ? owner.slice(0, -hash.length - 1) : owner;
    const namespace = podGroups.text(row, 'namespace');
    const key = [row.cluster, namespace, podGroups.text(row, 'kind'), owner, status].join('/');
    const same = found.get(key);
    if (same) {
      same.count += podGroups.count(row);
      continue;
    }
    const word = events.rows.find(
      event =>
        event.cluster === row.cluster &&
        warnings.text(event, 'namespace') === namespace &&
        warnings.text(event, 'name').startsWith(owner || name),
    );
    found.set(key, {
      key,
      cluster: row.cluster,
      namespace,
      kind: isDeployment ? 'Deployment' : podGroups.text(row, 'kind'),
      name,
      status,
      count: podGroups.count(row),
      why: word ? `${warnings.text(word, 'reason')}: ${warnings.text(word, 'message')}` : '',
      since: word ? warnings.text(word, 'at') : '',
    });
  }
  const faults = [...found.values()].sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));

  return (
    <Panel
      title="Failing, and why"
      className="failing"
      aside={faults.length > shown && <span className="quiet">{faults.length - shown} more</span>}
    >
      {faults.length === 0 ? (
        <Empty title="Nothing is failing">Tasks that crash, wait for what does not come, or find no node stand here.</Empty>
      ) : (
        <ul>
          {faults.slice(0, shown).map(fault => (
            <li key={fault.key}>
              <Mark health={healthOfWord(fault.status)}>{fault.status}</Mark>
              <span className="who">
                <Link
                  href={
                    fault.name
                      ? links.workload(fault.cluster, fault.namespace, fault.kind, fault.name)
                      : scoped('/workloads', { view: 'tasks', q: fault.status })
                  }
                >
                  {fault.name || 'tasks without a workload'}
                </Link>
                <span className="quiet">
                  {fault.count === 1 ? '1 task' : `${fault.count} tasks`} in {fault.namespace}
                  {scope.severalClusters && ` on ${fault.cluster}`}
                </span>
              </span>
              <span className="why">
                {fault.why || <span className="quiet">no event says why</span>}
                {fault.since && <span className="quiet number"> {formatAge(fault.since, now)} ago</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
