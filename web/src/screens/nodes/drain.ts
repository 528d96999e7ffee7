// SPDX-License-Identifier: Apache-2.0

import { ApiError, type Hub } from '../../api/http';
import { kinds, pathOf } from '../../api/resources';
import { controllerOf, hasEnded, isMirror } from '../../kube/controller';
import type { Pod } from '../../kube/objects';

/** How often an eviction that a disruption budget forbids is tried again, and how long that goes on. */
const againMs = 2000;
const patienceMs = 60_000;
const named = 3;

/**
 * The tasks that a drain takes from a node. As kubectl's, it is refused where one of them would be gone for good,
 * and forced takes those, too: github.com/kubernetes/kubectl pkg/drain/filters.go.
 */
export async function tasksToMove(hub: Hub, cluster: string, node: string, force: boolean): Promise<Pod[]> {
  const { items } = await hub.json<{ items: Pod[] }>(
    cluster,
    `${pathOf(kinds.Pod.resource, '')}?fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`,
  );
  const moved = items.filter(pod => controllerOf(pod)?.kind !== 'DaemonSet' && !isMirror(pod));
  const lost = force ? [] : moved.filter(pod => !controllerOf(pod) && !hasEnded(pod));
  if (lost.length > 0) throw new Error(`Nothing makes these tasks again once they are ended: ${namesOf(lost)}.`);
  return moved;
}

/** Evicts what `tasksToMove` tells, as far as disruption budgets let it. */
export async function drain(hub: Hub, cluster: string, node: string, force: boolean): Promise<void> {
  const moved = await tasksToMove(hub, cluster, node, force);
  const results = await Promise.allSettled(moved.map(pod => evict(hub, cluster, pod.metadata?.namespace ?? '', pod.metadata?.name ?? '')));
  const faults = results.filter(result => result.status === 'rejected').map(result => String((result.reason as Error).message));
  if (faults.length > 0) throw new Error(`${faults.length} of ${moved.length} tasks stay: ${faults[0]}`);
}

function namesOf(pods: Pod[]): string {
  const names = pods.slice(0, named).map(pod => `${pod.metadata?.namespace}/${pod.metadata?.name}`);
  return names.join(', ') + (pods.length > named ? ` and ${pods.length - named} more` : '');
}

async function evict(hub: Hub, cluster: string, namespace: string, pod: string): Promise<void> {
  const body = JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } });
  for (const until = Date.now() + patienceMs; ; ) {
    try {
      await hub.request(cluster, pathOf(kinds.Pod.resource, namespace, pod, 'eviction'), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
      });
      return;
    } catch (fault) {
      if (fault instanceof ApiError && fault.code === 404) return;
      if (!(fault instanceof ApiError && fault.code === 429) || Date.now() > until) throw fault;
      await new Promise(resolve => setTimeout(resolve, againMs));
    }
  }
}
