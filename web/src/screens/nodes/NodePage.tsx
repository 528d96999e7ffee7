// SPDX-License-Identifier: Apache-2.0

import { useMemo } from 'react';
import { Link } from 'wouter';
import { kinds } from '../../api/resources';
import { useFleet, useHub, useNow } from '../../app/hub';
import { useObject } from '../../app/useObject';
import { formatAge } from '../../kube/age';
import type { Node } from '../../kube/objects';
import { formatBytes, formatCores } from '../../kube/quantity';
import { ActionBar } from '../../ui/ActionBar';
import { Mark } from '../../ui/Mark';
import { ObjectView } from '../../ui/ObjectView';
import { Facts, Panel } from '../../ui/Panel';
import { ScreenTabs } from '../../ui/ScreenTabs';
import { Empty, Loading, Partial } from '../../ui/states';
import { kubectl } from '../commands';
import { EventList } from '../EventList';
import { TaskTable } from '../workloads/TaskTable';
import { NodeDonut } from './NodeDonut';
import { nodeActions } from './nodeActions';
import { useNodes } from './useNodes';
import './nodes.css';

export default function NodePage({ cluster, name }: { cluster: string; name: string }) {
  const hub = useHub();
  const fleet = useFleet();
  const now = useNow(5000);
  const { object: node, loading, snapshot } = useObject<Node>(cluster, kinds.Node.resource, '', name);
  const scope = useMemo(() => ({ cluster, namespace: '', clusters: [cluster], severalClusters: false }), [cluster]);
  const item = useNodes(scope).nodes.find(each => each.name === name);
  const header = (
    <header>
      <div>
        <p className="trail">
          <Link href="/nodes">Nodes</Link> / {cluster}
        </p>
        <h1>{name}</h1>
        {item && <Mark health={item.health}>{item.word}</Mark>}
      </div>
      {node && <ActionBar actions={nodeActions({ hub, fleet, cluster, name, cordoned: node.spec?.unschedulable === true })} />}
    </header>
  );
  if (!node) {
    return (
      <>
        {header}
        <Partial snapshot={snapshot} />
        {loading ? <Loading what={name} /> : <Empty title={`There is no node ${name}`}>It has left the cluster.</Empty>}
      </>
    );
  }
  const { status = {}, spec = {}, metadata = {} } = node;
  const info = status.nodeInfo ?? {};
  return (
    <>
      {header}
      <div className="nodehead">
        {item && (
          <Panel title="What its tasks ask for">
            <div className="nodesum">
              <NodeDonut node={item} size={120} />
              <Facts
                facts={[
                  ['CPU', `${formatCores(item.cpuAsked)} of ${formatCores(item.cpu)} cores`],
                  ['Memory', `${formatBytes(item.memoryAsked)} of ${formatBytes(item.memory)}`],
                  ['Tasks', item.podLimit > 0 ? `${item.pods} of ${item.podLimit}` : item.pods],
                ]}
              />
            </div>
          </Panel>
        )}
        <Panel title="Health">
          <ul className="legend">
            {(status.conditions ?? []).map(condition => {
              const isWell = condition.type === 'Ready' ? condition.status === 'True' : condition.status === 'False';
              return (
                <li key={condition.type} style={{ display: 'block' }}>
                  <Mark health={isWell ? 'ok' : condition.type === 'Ready' ? 'bad' : 'warn'}>{condition.type}</Mark>{' '}
                  <span className="quiet">
                    {condition.message || condition.reason}
                    {condition.lastTransitionTime && ` (since ${formatAge(condition.lastTransitionTime, now)})`}
                  </span>
                </li>
              );
            })}
          </ul>
        </Panel>
        <Panel title="What it is">
          <Facts
            facts={[
              ['Address', (status.addresses ?? []).map(address => address.address).join(', ')],
              ['System', info.osImage],
              ['Kernel', info.kernelVersion],
              ['Architecture', info.architecture],
              ['Agent', info.kubeletVersion],
              ['Age', formatAge(metadata.creationTimestamp, now)],
              [
                'Taints',
                (spec.taints ?? []).map(taint => `${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}`).join(', '),
              ],
            ]}
          />
        </Panel>
      </div>
      <ScreenTabs
        label={`Node ${name}`}
        items={[
          {
            id: 'tasks',
            title: 'Tasks',
            content: <TaskTable fieldSelector={`spec.nodeName=${name}`} within={{ cluster, namespace: '' }} height="460px" />,
          },
          { id: 'events', title: 'Events', content: <EventList of={{ cluster, namespace: '', kind: 'Node', name }} /> },
          {
            id: 'labels',
            title: 'Labels',
            content: (
              <ul className="chips">
                {Object.entries(metadata.labels ?? {}).map(([key, value]) => (
                  <li key={key} className="chip mono">
                    {key}={value}
                  </li>
                ))}
              </ul>
            ),
          },
          {
            id: 'object',
            title: 'Object',
            content: <ObjectView object={node} command={kubectl(fleet, cluster, 'get', 'node', name, '-o', 'yaml')} />,
          },
        ]}
      />
    </>
  );
}
