// SPDX-License-Identifier: Apache-2.0

import type { HubClient } from './HubClient';

interface Workload {
  namespace: string;
  name: string;
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  replicas?: number;
  script?: string;
  cpu?: string;
  memory?: string;
}

/** Says something now and then, as servers do, and costs next to nothing. */
const talks = (what: string) =>
  `echo started >started.txt; n=0; trap 'exit 0' TERM; while :; do n=$((n+1)); echo "INFO ${what} $n"; [ $((n % 7)) -ne 0 ] || echo "WARN slow: 740 ms"; sleep 4 & wait $!; done`;

const workloads: Workload[] = [
  { namespace: 'shop', name: 'web', kind: 'Deployment', replicas: 4, script: talks('GET /cart 200, request') },
  { namespace: 'shop', name: 'cart', kind: 'Deployment', replicas: 2, script: talks('kept basket') },
  { namespace: 'shop', name: 'orders-db', kind: 'StatefulSet', replicas: 2, script: talks('checkpoint'), cpu: '250m', memory: '256Mi' },
  { namespace: 'shop', name: 'search', kind: 'Deployment', replicas: 1, script: 'echo "index is damaged: segment 7"; exit 3' },
  { namespace: 'stream', name: 'kafka', kind: 'StatefulSet', replicas: 3, script: talks('flushed segment'), cpu: '200m', memory: '512Mi' },
  { namespace: 'stream', name: 'ingest', kind: 'Deployment', replicas: 3, script: talks('took batch') },
  { namespace: 'data', name: 'train', kind: 'Deployment', replicas: 1, cpu: '64' },
  { namespace: 'platform', name: 'log-shipper', kind: 'DaemonSet', script: talks('shipped chunk'), cpu: '20m', memory: '32Mi' },
];

/** Clusters that look lived in: what runs, what fails, what cannot be placed, what is done each minute. The first one gets most of it. */
export async function settle(hub: HubClient, clusters: string[]): Promise<void> {
  for (const [i, cluster] of clusters.entries()) {
    const here = workloads.filter(({ name, kind }) => i === 0 || kind === 'DaemonSet' || name === 'web' || name === 'ingest');
    for (const namespace of new Set([...here.map(each => each.namespace), 'data']))
      await hub.apply(cluster, `/api/v1/namespaces/${namespace}`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    for (const each of here) await hub.apply(cluster, pathOf(each), objectOf(each));
    if (i > 0) continue;
    await hub.apply(cluster, '/apis/batch/v1/namespaces/data/jobs/nightly-report', job());
    await hub.apply(cluster, '/apis/batch/v1/namespaces/data/cronjobs/backup', {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'backup', namespace: 'data' },
      spec: { schedule: '* * * * *', jobTemplate: { spec: { template: podOf({ app: 'backup' }, 'echo kept; sleep 2', 'OnFailure') } } },
    });
  }
}

function job() {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'nightly-report', namespace: 'data' },
    spec: { completions: 3, parallelism: 2, template: podOf({ app: 'report' }, 'echo "report of part $HOSTNAME"; sleep 1', 'Never') },
  };
}

function pathOf({ namespace, name, kind }: Workload): string {
  return `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`;
}

function objectOf({ namespace, name, kind, replicas, script = talks('ready'), cpu = '50m', memory = '64Mi' }: Workload) {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace, labels },
    spec: {
      ...(replicas !== undefined && { replicas }),
      ...(kind === 'StatefulSet' && { serviceName: name }),
      selector: { matchLabels: labels },
      template: podOf(labels, script, 'Always', { cpu, memory }),
    },
  };
}

function podOf(labels: Record<string, string>, script: string, restartPolicy: string, requests = { cpu: '20m', memory: '16Mi' }) {
  return {
    metadata: { labels },
    spec: {
      restartPolicy,
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'main', image: `debian:${labels.app}`, command: ['sh', '-c', script], resources: { requests } }],
    },
  };
}
