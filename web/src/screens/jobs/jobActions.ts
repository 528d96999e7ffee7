// SPDX-License-Identifier: Apache-2.0

import type { Hub } from '../../api/http';
import { kinds, pathOf } from '../../api/resources';
import type { KubeObject } from '../../kube/objects';
import type { FleetCluster } from '../../stream/frames';
import type { Action } from '../../ui/ActionDialog';
import { kubectl } from '../commands';

interface Target {
  hub: Hub;
  fleet: readonly FleetCluster[];
  cluster: string;
  namespace: string;
  name: string;
}

/** A run beside the schedule, as `kubectl create job --from` makes it. */
export function runNow({ hub, fleet, cluster, namespace, name }: Target): Action {
  const job = `${name.slice(0, 40)}-${Date.now().toString(36)}`;
  return {
    title: `Run ${name} now`,
    description: `A run ${job} is made beside the schedule.`,
    command: kubectl(fleet, cluster, '-n', namespace, 'create', 'job', job, `--from=cronjob/${name}`),
    verb: 'Run now',
    run: async () => {
      const schedule = await hub.json<KubeObject>(cluster, pathOf(kinds.CronJob.resource, namespace, name));
      const template = (schedule.spec?.jobTemplate ?? {}) as KubeObject;
      const body = {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: {
          name: job,
          labels: template.metadata?.labels ?? {},
          annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...template.metadata?.annotations },
          ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name, uid: schedule.metadata?.uid, controller: true }],
        },
        spec: template.spec,
      };
      await hub.request(cluster, pathOf(kinds.Job.resource, namespace), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
    },
  };
}

export function suspend({ hub, fleet, cluster, namespace, name }: Target, wanted: boolean): Action {
  const patch = JSON.stringify({ spec: { suspend: wanted } });
  return {
    title: wanted ? `Suspend ${name}` : `Resume ${name}`,
    description: wanted ? 'It makes no runs until it is resumed; those under way go on.' : 'It makes runs by its schedule again.',
    command: kubectl(fleet, cluster, '-n', namespace, 'patch', 'cronjob', name, '-p', patch),
    verb: wanted ? 'Suspend' : 'Resume',
    run: async () => {
      await hub.request(cluster, pathOf(kinds.CronJob.resource, namespace, name), {
        method: 'PATCH',
        headers: { 'Content-Type': 'application/merge-patch+json' },
        body: patch,
      });
    },
  };
}
