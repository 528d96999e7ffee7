// SPDX-License-Identifier: Apache-2.0

import { kinds } from '../../api/resources';
import { useRows } from '../../app/hub';
import type { Scope } from '../../app/scope';
import type { Health } from '../../kube/podState';
import { selectorText } from '../../kube/selector';
import { Columns } from '../../stream/columns';
import type { Row, Snapshot } from '../../stream/RowSet';

/** Something that makes tasks and keeps them. */
export interface Workload {
  key: string;
  cluster: string;
  namespace: string;
  kind: string;
  name: string;
  desired: number;
  ready: number;
  health: Health;
  word: string;
  created: string;
  images: string;
  /** What it selects its tasks by, as a list takes it; empty where it selects none. */
  selector: string;
}

const replicated = new Columns({
  namespace: '.metadata.namespace',
  name: '.metadata.name',
  desired: '.spec.replicas',
  ready: '.status.readyReplicas',
  updated: '.status.updatedReplicas',
  created: '.metadata.creationTimestamp',
  images: '.spec.template.spec.containers[*].image',
  selector: '.spec.selector',
});

const daemons = new Columns({
  namespace: '.metadata.namespace',
  name: '.metadata.name',
  desired: '.status.desiredNumberScheduled',
  ready: '.status.numberReady',
  updated: '.status.updatedNumberScheduled',
  created: '.metadata.creationTimestamp',
  images: '.spec.template.spec.containers[*].image',
  selector: '.spec.selector',
});

const jobs = new Columns({
  namespace: '.metadata.namespace',
  name: '.metadata.name',
  desired: '.spec.completions',
  ready: '.status.succeeded',
  failed: '.status.failed',
  done: '.status.conditions[?(@.type=="Complete")].status',
  broken: '.status.conditions[?(@.type=="Failed")].status',
  created: '.metadata.creationTimestamp',
  images: '.spec.template.spec.containers[*].image',
  selector: '.spec.selector',
});

/** All that makes tasks, of the kinds that Kubernetes brings. */
export function useWorkloads(scope: Scope, labelSelector = ''): { workloads: Workload[]; snapshots: Snapshot[] } {
  const base = { clusters: scope.clusters, namespace: scope.namespace, labelSelector };
  const deployments = useRows({ ...base, resource: kinds.Deployment.resource, columns: replicated.paths }).snapshot;
  const statefulSets = useRows({ ...base, resource: kinds.StatefulSet.resource, columns: replicated.paths }).snapshot;
  const daemonSets = useRows({ ...base, resource: kinds.DaemonSet.resource, columns: daemons.paths }).snapshot;
  const jobSnapshot = useRows({ ...base, resource: kinds.Job.resource, columns: jobs.paths }).snapshot;
  const workloads = [
    ...deployments.rows.map(row => replicatedWorkload('Deployment', row, replicated)),
    ...statefulSets.rows.map(row => replicatedWorkload('StatefulSet', row, replicated)),
    ...daemonSets.rows.map(row => replicatedWorkload('DaemonSet', row, daemons)),
    ...jobSnapshot.rows.map(jobWorkload),
  ];
  return { workloads, snapshots: [deployments, statefulSets, daemonSets, jobSnapshot] };
}

function replicatedWorkload(kind: string, row: Row, columns: typeof replicated | typeof daemons): Workload {
  const desired = columns.number(row, 'desired');
  const ready = columns.number(row, 'ready');
  const isCurrent = columns.number(row, 'updated') >= desired;
  const [health, word] = standing(desired, ready, isCurrent);
  return { ...base(kind, row, columns), desired, ready, health, word };
}

function standing(desired: number, ready: number, isCurrent: boolean): [Health, string] {
  if (desired === 0) return ['idle', 'stopped'];
  if (!isCurrent) return ['busy', 'rolling out'];
  if (ready >= desired) return ['ok', 'serving'];
  return ready === 0 ? ['bad', 'down'] : ['warn', 'degraded'];
}

function jobWorkload(row: Row): Workload {
  const desired = jobs.number(row, 'desired') || 1;
  const ready = jobs.number(row, 'ready');
  const [health, word]: [Health, string] =
    jobs.text(row, 'broken') === 'True'
      ? ['bad', 'failed']
      : jobs.text(row, 'done') === 'True' || ready >= desired
        ? ['idle', 'completed']
        : ['busy', 'running'];
  return { ...base('Job', row, jobs), desired, ready, health, word };
}

function base(
  kind: string,
  row: Row,
  columns: Pick<Columns<'namespace' | 'name' | 'created' | 'images' | 'selector'>, 'text' | 'list' | 'get'>,
) {
  const namespace = columns.text(row, 'namespace');
  const name = columns.text(row, 'name');
  return {
    key: `${row.cluster}/${namespace}/${kind}/${name}`,
    cluster: row.cluster,
    namespace,
    kind,
    name,
    created: columns.text(row, 'created'),
    images: columns.list(row, 'images').join(', '),
    selector: selectorText({ spec: { selector: columns.get(row, 'selector') } }),
  };
}
