// SPDX-License-Identifier: Apache-2.0

import type { Hub } from '../../api/http';
import { pathOf } from '../../api/resources';
import type { KubeObject } from '../../kube/objects';
import type { FleetCluster } from '../../stream/frames';
import type { Action } from '../../ui/ActionDialog';
import { kubectl } from '../commands';

interface Target {
  hub: Hub;
  fleet: readonly FleetCluster[];
  cluster: string;
  namespace: string;
  kind: string;
  name: string;
  resource: string;
  object: KubeObject;
}

/** What can be done to a workload; each with the command that does the same. */
export function workloadActions(target: Target): Action[] {
  const { hub, fleet, cluster, namespace, kind, name, resource, object } = target;
  const reference = `${kind.toLowerCase()}/${name}`;
  const command = (...words: string[]) => kubectl(fleet, cluster, '-n', namespace, ...words);
  const patch = async (subresource: string, body: unknown) => {
    await hub.request(cluster, pathOf(resource, namespace, name, subresource), {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/merge-patch+json' },
      body: JSON.stringify(body),
    });
  };
  const actions: Action[] = [];
  if (kind === 'Deployment' || kind === 'StatefulSet') {
    const replicas = Number(object.spec?.replicas ?? 1);
    for (const [verb, wanted] of [
      ['Add one', replicas + 1],
      ['Take one away', replicas - 1],
    ] as const) {
      if (wanted < 0) continue;
      actions.push({
        title: `Scale ${name} to ${wanted}`,
        description: `It wants ${replicas} now.`,
        command: command('scale', reference, `--replicas=${wanted}`),
        verb,
        run: () => patch('scale', { spec: { replicas: wanted } }),
      });
    }
  }
  if (kind === 'Deployment' || kind === 'StatefulSet' || kind === 'DaemonSet') {
    actions.push({
      title: `Restart ${name}`,
      description: 'Its tasks are replaced a few at a time, as for a new version.',
      command: command('rollout', 'restart', reference),
      verb: 'Restart',
      run: () =>
        patch('', { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() } } } } }),
    });
  }
  actions.push({
    title: `Delete ${name}`,
    description: `The ${kind} and all its tasks go. This cannot be taken back.`,
    command: command('delete', reference),
    verb: 'Delete',
    danger: true,
    run: async () => {
      await hub.request(cluster, pathOf(resource, namespace, name), {
        method: 'DELETE',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' }),
      });
    },
  });
  return actions;
}
