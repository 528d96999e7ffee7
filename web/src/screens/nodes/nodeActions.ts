// SPDX-License-Identifier: Apache-2.0

import { ApiError, type Hub } from '../../api/http';
import { kinds, pathOf } from '../../api/resources';
import type { Pod } from '../../kube/objects';
import type { FleetCluster } from '../../stream/frames';
import type { Action } from '../../ui/ActionDialog';
import { kubectl } from '../commands';

interface Target {
  hub: Hub;
  fleet: readonly FleetCluster[];
  cluster: string;
  name: string;
  cordoned: boolean;
}

/** How often an eviction that a disruption budget forbids is tried again, and how long that goes on. */
const againMs = 2000;
const patienceMs = 60_000;

/** What can be done to a node; each with the command that does the same. */
export function nodeActions({ hub, fleet, cluster, name, cordoned }: Target): Action[] {
  const mark = async (unschedulable: boolean) => {
    await hub.request(cluster, pathOf(kinds.Node.resource, '', name), {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/merge-patch+json' },
      body: JSON.stringify({ spec: { unschedulable: unschedulable || null } }),
    });
  };
  return [
    cordoned
      ? {
          title: `Let ${name} take tasks again`,
          description: 'New tasks may be placed there.',
          command: kubectl(fleet, cluster, 'uncordon', name),
          verb: 'Uncordon',
          run: () => mark(false),
        }
      : {
          title: `Let ${name} take no new tasks`,
          description: 'What runs there goes on.',
          command: kubectl(fleet, cluster, 'cordon', name),
          verb: 'Cordon',
          run: () => mark(true),
        },
    {
      title: `Drain ${name}`,
      description: 'It takes no new tasks, and those that run there are moved as their disruption budgets allow. Tasks of DaemonSets stay.',
      command: kubectl(fleet, cluster, 'drain', name, '--ignore-daemonsets', '--delete-emptydir-data'),
      verb: 'Drain',
      danger: true,
      run: async () => {
        await mark(true);
        await drain(hub, cluster, name);
      },
    },
  ];
}

async function drain(hub: Hub, cluster: string, name: string): Promise<void> {
  const { items } = await hub.json<{ items: Pod[] }>(
    cluster,
    `${pathOf(kinds.Pod.resource, '')}?fieldSelector=${encodeURIComponent(`spec.nodeName=${name}`)}`,
  );
  const moved = items.filter(
    pod =>
      !pod.metadata?.ownerReferences?.some(owner => owner.kind === 'DaemonSet') &&
      !pod.metadata?.annotations?.['kubernetes.io/config.mirror'],
  );
  const results = await Promise.allSettled(moved.map(pod => evict(hub, cluster, pod.metadata?.namespace ?? '', pod.metadata?.name ?? '')));
  const faults = results.filter(result => result.status === 'rejected').map(result => String((result.reason as Error).message));
  if (faults.length > 0) throw new Error(`${faults.length} of ${moved.length} tasks stay: ${faults[0]}`);
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
