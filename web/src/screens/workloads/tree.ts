// SPDX-License-Identifier: Apache-2.0

import type { Health } from '../../kube/podState';
import type { Workload } from './useWorkloads';

/** A line of the tree: a namespace of a cluster, or a workload in it. */
export type Line =
  | {
      kind: 'namespace';
      key: string;
      cluster: string;
      namespace: string;
      open: boolean;
      count: number;
      desired: number;
      ready: number;
      health: Health;
    }
  | { kind: 'workload'; key: string; workload: Workload };

const worst: Health[] = ['bad', 'warn', 'busy', 'ok', 'idle'];

/** Workloads below their namespaces, those of closed ones left out; what the words of the filter do not name is left out too. */
export function treeOf(workloads: readonly Workload[], filter: string, closed: ReadonlySet<string>, severalClusters: boolean): Line[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, Workload[]>();
  for (const workload of workloads) {
    const text =
      `${workload.name} ${workload.namespace} ${workload.cluster} ${workload.kind} ${workload.word} ${workload.images}`.toLowerCase();
    if (!words.every(word => text.includes(word))) continue;
    const key = `${workload.cluster}/${workload.namespace}`;
    const group = groups.get(key);
    if (group) group.push(workload);
    else groups.set(key, [workload]);
  }
  const lines: Line[] = [];
  for (const [key, group] of [...groups].sort(([a], [b]) => byName(severalClusters ? a : after(a), severalClusters ? b : after(b)))) {
    const open = words.length > 0 || !closed.has(key);
    const [cluster, namespace] = key.split('/') as [string, string];
    const ready = group.reduce((sum, workload) => sum + Math.min(workload.ready, workload.desired), 0);
    const desired = group.reduce((sum, workload) => sum + workload.desired, 0);
    const health = worst.find(candidate => group.some(workload => workload.health === candidate)) ?? 'idle';
    lines.push({ kind: 'namespace', key, cluster, namespace, open, count: group.length, desired, ready, health });
    if (!open) continue;
    group.sort((a, b) => byName(a.name, b.name));
    for (const workload of group) lines.push({ kind: 'workload', key: workload.key, workload });
  }
  return lines;
}

function after(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}

const collator = new Intl.Collator('en', { numeric: true });

function byName(a: string, b: string): number {
  return collator.compare(a, b);
}
