// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';
import { Link } from 'wouter';
import { kinds, pathOf } from '../../api/resources';
import { useFleet, useHub } from '../../app/hub';
import { useQueryValue } from '../../app/scope';
import { useObject } from '../../app/useObject';
import type { Pod } from '../../kube/objects';
import { ownerOf, podState } from '../../kube/podState';
import { type Action, ActionDialog } from '../../ui/ActionDialog';
import { Mark } from '../../ui/Mark';
import { ObjectView } from '../../ui/ObjectView';
import { piece } from '../../ui/piece';
import { ScreenTabs } from '../../ui/ScreenTabs';
import { Empty, Loading, Partial } from '../../ui/states';
import { kubectl } from '../commands';
import { EventList } from '../EventList';
import { links } from '../links';
import { Files } from './Files';
import { LogView } from './LogView';
import { Overview } from './Overview';
import './tasks.css';

// The terminal is large, and few open one.
const Shell = piece(() => import('./Shell'), <Loading what="the terminal" />);

interface Props {
  cluster: string;
  namespace: string;
  pod: string;
}

export default function TaskPage({ cluster, namespace, pod: name }: Props) {
  const hub = useHub();
  const fleet = useFleet();
  const [action, setAction] = useState<Action | null>(null);
  const [chosen, choose] = useQueryValue('container');
  const { object: pod, loading, snapshot } = useObject<Pod>(cluster, kinds.Pod.resource, namespace, name);
  const state = pod && podState(pod);
  const owner = ownerOf(pod?.metadata);
  const containers = [...(pod?.spec?.containers ?? []), ...(pod?.spec?.initContainers ?? [])].map(container => container.name ?? '');
  const container = containers.includes(chosen) ? chosen : (containers[0] ?? '');
  const place = { cluster, namespace, pod: name, container };

  const remove: Action = {
    title: `Delete ${name}`,
    description: owner ? `${owner.kind} ${owner.name} makes another one in its place.` : 'Nothing makes another one in its place.',
    command: kubectl(fleet, cluster, '-n', namespace, 'delete', 'pod', name),
    verb: 'Delete',
    danger: true,
    run: async () => {
      await hub.request(cluster, pathOf(kinds.Pod.resource, namespace, name), { method: 'DELETE' });
    },
  };

  const header = (
    <header>
      <div>
        <p className="trail">
          <Link href="/workloads?view=tasks">Tasks</Link> / {cluster} / {namespace}
          {owner && (
            <>
              {' / '}
              <Link href={links.workload(cluster, namespace, owner.kind, owner.name)}>{owner.name}</Link>
            </>
          )}
        </p>
        <h1>{name}</h1>
        {state && <Mark health={state.health}>{state.word}</Mark>}
      </div>
      {pod && (
        <div className="toolbar">
          {containers.length > 1 && (
            <label>
              <span className="unseen">Container</span>
              <select className="field" value={container} onChange={event => choose(event.target.value)}>
                {containers.map(each => (
                  <option key={each}>{each}</option>
                ))}
              </select>
            </label>
          )}
          <button type="button" className="button danger" onClick={() => setAction(remove)}>
            Delete
          </button>
        </div>
      )}
    </header>
  );
  if (!pod) {
    return (
      <>
        {header}
        <Partial snapshot={snapshot} />
        {loading ? (
          <Loading what={name} />
        ) : (
          <Empty title={`There is no task ${name}`}>It has ended and is gone. Finished runs are under History.</Empty>
        )}
      </>
    );
  }
  return (
    <>
      {header}
      <ScreenTabs
        label={`Task ${name}`}
        items={[
          { id: 'overview', title: 'Overview', content: <Overview cluster={cluster} pod={pod} /> },
          { id: 'log', title: 'Log', content: <LogView key={container} place={place} hasPrevious={(state?.restarts ?? 0) > 0} /> },
          { id: 'files', title: 'Files', content: <Files key={container} place={place} node={pod.spec?.nodeName ?? ''} /> },
          {
            id: 'shell',
            title: 'Shell',
            content: <Shell key={container} place={place} />,
          },
          { id: 'events', title: 'Events', content: <EventList of={{ cluster, namespace, kind: 'Pod', name }} /> },
          {
            id: 'object',
            title: 'Object',
            content: <ObjectView object={pod} command={kubectl(fleet, cluster, '-n', namespace, 'get', 'pod', name, '-o', 'yaml')} />,
          },
        ]}
      />
      <ActionDialog action={action} onClose={() => setAction(null)} />
    </>
  );
}
