// SPDX-License-Identifier: Apache-2.0

import type { Hub } from '../../api/http';
import { kinds, pathOf } from '../../api/resources';
import type { FleetCluster } from '../../stream/frames';
import type { Action } from '../../ui/ActionDialog';
import { kubectl } from '../commands';
import { drain, tasksToMove } from './drain';

interface Target {
  hub: Hub;
  fleet: readonly FleetCluster[];
  cluster: string;
  name: string;
  cordoned: boolean;
}

/** What can be done to a node; each with the command that does the same. */
export function nodeActions({ hub, fleet, cluster, name, cordoned }: Target): Action[] {
  const mark = async (unschedulable: boolean) => {
    await hub.request(cluster, pathOf(kinds.Node.resource, '', name), {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/merge-patch+json' },
      body: JSON.stringify({ spec: { unschedulable: unschedulable || null } }),
    });
  };
  const draining = ['drain', name, '--ignore-daemonsets', '--delete-emptydir-data'];
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
      command: kubectl(fleet, cluster, ...draining),
      option: { label: 'Also end tasks that nothing makes again', command: kubectl(fleet, cluster, ...draining, '--force') },
      verb: 'Drain',
      danger: true,
      run: async force => {
        // Asked before the node is touched, and again by the drain: until it is marked, more may come.
        await tasksToMove(hub, cluster, name, force);
        await mark(true);
        await drain(hub, cluster, name, force);
      },
    },
  ];
}
