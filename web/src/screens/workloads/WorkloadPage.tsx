// SPDX-License-Identifier: Apache-2.0

import { Link } from 'wouter';
import { isKnownKind, kinds } from '../../api/resources';
import { useFleet, useHub, useNow } from '../../app/hub';
import { useObject } from '../../app/useObject';
import { formatAge } from '../../kube/age';
import type { Condition, KubeObject } from '../../kube/objects';
import { selectorText } from '../../kube/selector';
import { ActionBar } from '../../ui/ActionBar';
import { Mark } from '../../ui/Mark';
import { ObjectView } from '../../ui/ObjectView';
import { Facts, Panel } from '../../ui/Panel';
import { ScreenTabs } from '../../ui/ScreenTabs';
import { Empty, Loading, Partial } from '../../ui/states';
import { kubectl } from '../commands';
import { EventList } from '../EventList';
import { TaskTable } from './TaskTable';
import { workloadActions } from './workloadActions';

interface Props {
  cluster: string;
  namespace: string;
  kind: string;
  name: string;
}

export default function WorkloadPage({ cluster, namespace, kind, name }: Props) {
  const hub = useHub();
  const fleet = useFleet();
  const now = useNow(5000);
  const resource = isKnownKind(kind) ? kinds[kind].resource : '';
  const { object, loading, snapshot } = useObject<KubeObject>(cluster, resource, namespace, name);
  if (!resource) return <Empty title={`The page knows no kind ${kind}`}>kubectl get {kind} shows it.</Empty>;
  const header = (
    <header>
      <div>
        <p className="trail">
          <Link href="/workloads">Workloads</Link> / {cluster} / {namespace} / {kind}
        </p>
        <h1>{name}</h1>
      </div>
      {object && <ActionBar actions={workloadActions({ hub, fleet, cluster, namespace, kind, name, resource, object })} />}
    </header>
  );
  if (!object) {
    return (
      <>
        {header}
        <Partial snapshot={snapshot} />
        {loading ? (
          <Loading what={name} />
        ) : (
          <Empty title={`There is no ${kind} ${name}`}>It may have been deleted: its history is under History.</Empty>
        )}
      </>
    );
  }
  const status = object.status ?? {};
  const selector = selectorText(object);
  const conditions = (status.conditions ?? []) as Condition[];
  return (
    <>
      {header}
      <ScreenTabs
        label={`${kind} ${name}`}
        items={[
          {
            id: 'tasks',
            title: 'Tasks',
            content: selector ? (
              <TaskTable labelSelector={selector} within={{ cluster, namespace }} height="max(320px, calc(100dvh - 240px))" />
            ) : (
              <Empty title="It has no tasks of its own">What it makes has them: a CronJob makes jobs.</Empty>
            ),
          },
          {
            id: 'overview',
            title: 'Overview',
            content: (
              <Panel title="How it stands">
                <Facts
                  facts={[
                    [
                      'Wanted',
                      String((object.spec?.replicas ?? status.desiredNumberScheduled ?? object.spec?.completions ?? '') as string),
                    ],
                    ['Ready', String((status.readyReplicas ?? status.numberReady ?? status.succeeded ?? 0) as string)],
                    ['Up to date', String((status.updatedReplicas ?? status.updatedNumberScheduled ?? '') as string)],
                    ['Selector', selector],
                    ['Age', formatAge(object.metadata?.creationTimestamp, now)],
                  ]}
                />
                <ul className="legend">
                  {conditions.map(condition => (
                    <li key={condition.type} style={{ display: 'block' }}>
                      <Mark health={condition.status === 'True' ? 'ok' : 'warn'}>{condition.type}</Mark>{' '}
                      <span className="quiet">{condition.message}</span>
                    </li>
                  ))}
                </ul>
              </Panel>
            ),
          },
          { id: 'events', title: 'Events', content: <EventList of={{ cluster, namespace, kind, name }} /> },
          {
            id: 'object',
            title: 'Object',
            content: (
              <ObjectView
                object={object}
                command={kubectl(fleet, cluster, '-n', namespace, 'get', kind.toLowerCase(), name, '-o', 'yaml')}
              />
            ),
          },
        ]}
      />
    </>
  );
}
