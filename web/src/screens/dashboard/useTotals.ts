// SPDX-License-Identifier: Apache-2.0

import { kinds } from '../../api/resources';
import { useRows } from '../../app/hub';
import type { Scope } from '../../app/scope';
import { Columns } from '../../stream/columns';
import type { Snapshot } from '../../stream/RowSet';
import { groupedBy, podGroups } from './podGroups';

/** Amounts of the three resources that the dashboard shows: cores and bytes. */
export interface Amounts {
  cpu: number;
  memory: number;
  disk: number;
}

export interface Totals {
  asked: Amounts;
  offered: Amounts;
  /** Pods by the word of their status. */
  statuses: Map<string, number>;
  restarts: number;
  nodes: { ready: number; notReady: number; cordoned: number };
  pods: Snapshot;
  nodesSnapshot: Snapshot;
}

const nodeTotals = new Columns({
  ready: '.status.conditions[?(@.type=="Ready")].status',
  cordoned: '.spec.unschedulable',
  cpu: 'cpu(.status.allocatable.cpu)',
  memory: 'bytes(.status.allocatable.memory)',
  disk: "bytes(.status.allocatable['ephemeral-storage'])",
});

/** What is asked for, what there is, and how it is: sums that the hub makes, so 100,000 pods are a handful of rows here. */
export function useTotals(scope: Scope): Totals {
  const pods = useRows({
    clusters: scope.clusters,
    namespace: scope.namespace,
    resource: kinds.Pod.resource,
    columns: podGroups.paths,
    group: groupedBy,
  }).snapshot;
  const nodes = useRows({
    clusters: scope.clusters,
    resource: kinds.Node.resource,
    columns: nodeTotals.paths,
    group: nodeTotals.group('ready', 'cordoned'),
  }).snapshot;

  const totals: Totals = {
    asked: { cpu: 0, memory: 0, disk: 0 },
    offered: { cpu: 0, memory: 0, disk: 0 },
    statuses: new Map(),
    restarts: 0,
    nodes: { ready: 0, notReady: 0, cordoned: 0 },
    pods,
    nodesSnapshot: nodes,
  };
  for (const row of pods.rows) {
    const status = podGroups.text(row, 'status');
    totals.statuses.set(status, (totals.statuses.get(status) ?? 0) + podGroups.count(row));
    totals.restarts += podGroups.number(row, 'restarts');
    // What has ended holds nothing any more, and what no node takes holds nothing yet.
    const phase = podGroups.text(row, 'phase');
    if (phase === 'Succeeded' || phase === 'Failed' || podGroups.text(row, 'placed') === 'False') continue;
    for (const name of ['cpu', 'memory', 'disk'] as const) totals.asked[name] += podGroups.number(row, name);
  }
  for (const row of nodes.rows) {
    const count = nodeTotals.count(row);
    if (nodeTotals.text(row, 'ready') === 'True') totals.nodes.ready += count;
    else totals.nodes.notReady += count;
    if (nodeTotals.text(row, 'cordoned') === 'true') totals.nodes.cordoned += count;
    for (const name of ['cpu', 'memory', 'disk'] as const) totals.offered[name] += nodeTotals.number(row, name);
  }
  return totals;
}
