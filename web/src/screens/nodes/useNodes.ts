// SPDX-License-Identifier: Apache-2.0

import { useMemo } from 'react';
import { kinds } from '../../api/resources';
import { useRows } from '../../app/hub';
import type { Scope } from '../../app/scope';
import type { Health } from '../../kube/podState';
import { Columns } from '../../stream/columns';
import type { Row, Snapshot } from '../../stream/RowSet';

export interface NodeItem {
  key: string;
  cluster: string;
  name: string;
  health: Health;
  word: string;
  cordoned: boolean;
  zone: string;
  address: string;
  version: string;
  created: string;
  pods: number;
  podLimit: number;
  cpu: number;
  cpuAsked: number;
  memory: number;
  memoryAsked: number;
}

const columns = new Columns({
  name: '.metadata.name',
  ready: '.status.conditions[?(@.type=="Ready")].status',
  pressure: '.status.conditions[?(@.type=="MemoryPressure")].status',
  diskPressure: '.status.conditions[?(@.type=="DiskPressure")].status',
  cordoned: '.spec.unschedulable',
  zone: ".metadata.labels['topology.kubernetes.io/zone']",
  address: '.status.addresses[?(@.type=="InternalIP")].address',
  version: '.status.nodeInfo.kubeletVersion',
  created: '.metadata.creationTimestamp',
  cpu: 'cpu(.status.allocatable.cpu)',
  memory: 'bytes(.status.allocatable.memory)',
  pods: 'cpu(.status.allocatable.pods)',
});

const asked = new Columns({ node: '.spec.nodeName', phase: '.status.phase', cpu: 'pod.cpu()', memory: 'pod.memory()' });

/** All nodes with what their tasks ask for. */
export function useNodes(scope: Scope): { nodes: NodeItem[]; snapshot: Snapshot } {
  const { snapshot } = useRows({ clusters: scope.clusters, resource: kinds.Node.resource, columns: columns.paths });
  const pods = useRows({
    clusters: scope.clusters,
    resource: kinds.Pod.resource,
    columns: asked.paths,
    group: asked.group('node', 'phase'),
  }).snapshot;
  const nodes = useMemo(() => {
    const sums = new Map<string, { pods: number; cpu: number; memory: number }>();
    for (const row of pods.rows) {
      const phase = asked.text(row, 'phase');
      if (phase === 'Succeeded' || phase === 'Failed') continue;
      const key = `${row.cluster}/${asked.text(row, 'node')}`;
      const sum = sums.get(key) ?? { pods: 0, cpu: 0, memory: 0 };
      sum.pods += asked.count(row);
      sum.cpu += asked.number(row, 'cpu');
      sum.memory += asked.number(row, 'memory');
      sums.set(key, sum);
    }
    return snapshot.rows.map(row => nodeOf(row, sums.get(`${row.cluster}/${columns.text(row, 'name')}`)));
  }, [snapshot.rows, pods.rows]);
  return { nodes, snapshot };
}

function nodeOf(row: Row, sum: { pods: number; cpu: number; memory: number } | undefined): NodeItem {
  const ready = columns.text(row, 'ready');
  const cordoned = columns.text(row, 'cordoned') === 'true';
  const isPressed = columns.text(row, 'pressure') === 'True' || columns.text(row, 'diskPressure') === 'True';
  const [health, word]: [Health, string] =
    ready === 'True'
      ? isPressed
        ? ['warn', 'short of space']
        : cordoned
          ? ['idle', 'cordoned']
          : ['ok', 'ready']
      : ready === 'False'
        ? ['bad', 'not ready']
        : ['bad', 'silent'];
  const name = columns.text(row, 'name');
  return {
    key: `${row.cluster}/${name}`,
    cluster: row.cluster,
    name,
    health,
    word,
    cordoned,
    zone: columns.text(row, 'zone'),
    address: columns.text(row, 'address'),
    version: columns.text(row, 'version'),
    created: columns.text(row, 'created'),
    pods: sum?.pods ?? 0,
    podLimit: columns.number(row, 'pods'),
    cpu: columns.number(row, 'cpu'),
    cpuAsked: sum?.cpu ?? 0,
    memory: columns.number(row, 'memory'),
    memoryAsked: sum?.memory ?? 0,
  };
}
