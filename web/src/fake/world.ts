// SPDX-License-Identifier: Apache-2.0

import type { Condition, KubeObject, Meta, Node, Pod } from '../kube/objects';
import { pick, seeded } from './random';

/** The objects of one cluster by resource ("v1/pods"), each by its namespace/name. */
export type Resources = Map<string, Map<string, KubeObject>>;

export interface World {
  clusters: Map<string, Resources>;
  /** Changes a few things, as time does. */
  step(): void;
}

export interface WorldSize {
  clusters: string[];
  nodes: number;
  pods: number;
  now: number;
}

const apps = [
  ['shop', 'web', 'Deployment'],
  ['shop', 'cart', 'Deployment'],
  ['shop', 'orders-db', 'StatefulSet'],
  ['stream', 'kafka', 'StatefulSet'],
  ['stream', 'ingest', 'Deployment'],
  ['data', 'cassandra', 'StatefulSet'],
  ['data', 'spark-history', 'Deployment'],
  ['data', 'nightly-report', 'Job'],
  ['platform', 'dns', 'DaemonSet'],
  ['platform', 'log-shipper', 'DaemonSet'],
  ['media', 'transcode', 'Deployment'],
  ['media', 'thumbnails', 'Job'],
] as const;

const plurals: Record<string, string> = {
  Deployment: 'apps/v1/deployments',
  StatefulSet: 'apps/v1/statefulsets',
  DaemonSet: 'apps/v1/daemonsets',
  Job: 'batch/v1/jobs',
};

/** Clusters that look as busy ones do, the same for the same size. */
export function makeWorld({ clusters, nodes, pods, now }: WorldSize): World {
  const random = seeded(7);
  const world: World = { clusters: new Map(), step: () => {} };
  const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();
  for (const cluster of clusters) {
    const resources: Resources = new Map();
    world.clusters.set(cluster, resources);
    for (let i = 0; i < nodes; i++) put(resources, 'v1/nodes', makeNode(`${cluster}-${i + 1}`, i, ago(86_400 * 3)));
    const each = Math.max(1, Math.round(pods / apps.length));
    for (const [namespace, name, kind] of apps) {
      put(resources, 'v1/namespaces', { metadata: { name: namespace, creationTimestamp: ago(900_000) }, status: { phase: 'Active' } });
      let ready = 0;
      for (let i = 0; i < each; i++) {
        const pod = makePod(
          namespace,
          name,
          kind,
          i,
          `${cluster}-${1 + ((i * 7 + name.length) % nodes)}`,
          ago(60 + Math.floor(random() * 90_000)),
          random,
        );
        put(resources, 'v1/pods', pod);
        if (pod.status?.containerStatuses?.[0]?.ready) ready++;
        if (pod.status?.phase === 'Pending')
          put(resources, 'v1/events', warning(pod, 'FailedScheduling', `0/${nodes} nodes are available: insufficient cpu.`, ago(20)));
        else if (pod.status?.containerStatuses?.[0]?.state?.waiting)
          put(resources, 'v1/events', warning(pod, 'BackOff', 'Back-off restarting failed container app', ago(45)));
      }
      put(resources, plurals[kind] as string, workload(namespace, name, each, ready, ago(500_000)));
    }
    put(resources, 'batch/v1/cronjobs', {
      metadata: { namespace: 'data', name: 'backup', creationTimestamp: ago(500_000) },
      spec: { schedule: '0 3 * * *', suspend: false },
      status: { lastScheduleTime: ago(20_000) },
    });
  }
  let moment = 0;
  world.step = () => {
    moment++;
    for (const resources of world.clusters.values()) {
      const all = [...(resources.get('v1/pods')?.values() ?? [])] as Pod[];
      const pod = all[Math.floor(random() * all.length)];
      if (!pod) continue;
      const annotations = { ...pod.metadata?.annotations, moment: String(moment) };
      const fresh = makePod(
        pod.metadata?.namespace ?? '',
        'app',
        'Deployment',
        moment,
        pod.spec?.nodeName ?? '',
        pod.metadata?.creationTimestamp ?? '',
        random,
      );
      put(resources, 'v1/pods', { ...pod, metadata: { ...pod.metadata, annotations }, ...(fresh.status && { status: fresh.status }) });
    }
  };
  return world;
}

export function put(resources: Resources, resource: string, object: KubeObject): void {
  let all = resources.get(resource);
  if (!all) {
    all = new Map();
    resources.set(resource, all);
  }
  all.set(`${object.metadata?.namespace ?? ''}/${object.metadata?.name}`, object);
}

function makeNode(name: string, index: number, since: string): Node {
  const ready: Condition = {
    type: 'Ready',
    status: index === 4 ? 'Unknown' : 'True',
    reason: index === 4 ? 'NodeStatusUnknown' : 'NodeReady',
    lastTransitionTime: since,
  };
  const size = { cpu: '16', memory: '64Gi', 'ephemeral-storage': '500Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      creationTimestamp: since,
      labels: { 'topology.kubernetes.io/zone': `rack-${1 + (index % 4)}`, 'kubernetes.io/arch': 'amd64' },
    },
    spec: index === 2 ? { unschedulable: true } : {},
    status: {
      capacity: size,
      allocatable: size,
      conditions: [ready],
      nodeInfo: { kubeletVersion: 'v1.34.0', osImage: 'Debian GNU/Linux 12', kernelVersion: '6.1.0', architecture: 'amd64' },
      addresses: [{ type: 'InternalIP', address: `10.0.0.${10 + index}` }],
    },
  };
}

function makePod(namespace: string, app: string, kind: string, index: number, nodeName: string, since: string, random: () => number): Pod {
  const hash = '6f9b7c5d48';
  const name =
    kind === 'StatefulSet' ? `${app}-${index}` : kind === 'Deployment' ? `${app}-${hash}-${suffix(random)}` : `${app}-${suffix(random)}`;
  const owner = kind === 'Deployment' ? { kind: 'ReplicaSet', name: `${app}-${hash}` } : { kind, name: app };
  const metadata: Meta = {
    name,
    namespace,
    uid: `${namespace}-${name}`,
    creationTimestamp: since,
    labels: { app, ...(kind === 'Deployment' && { 'pod-template-hash': hash }) },
    ownerReferences: [{ apiVersion: 'apps/v1', controller: true, ...owner }],
  };
  const requests = { cpu: pick(random, ['100m', '250m', '500m', '1']), memory: pick(random, ['128Mi', '256Mi', '1Gi']) };
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { nodeName, containers: [{ name: 'app', image: `registry.example/${app}:1.4.${index % 5}`, resources: { requests } }] },
  };
  const luck = random();
  const container = { name: 'app', image: `registry.example/${app}:1.4.${index % 5}`, restartCount: luck > 0.93 ? 7 : 0 };
  if (luck > 0.985) {
    const { nodeName: _, ...spec } = pod.spec ?? {};
    return {
      ...pod,
      spec,
      status: {
        phase: 'Pending',
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/8 nodes are available: insufficient cpu.' },
        ],
      },
    };
  }
  if (luck > 0.965) {
    return {
      ...pod,
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            ...container,
            ready: false,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' } },
            lastState: { terminated: { exitCode: 1, reason: 'Error' } },
          },
        ],
      },
    };
  }
  if (kind === 'Job')
    return {
      ...pod,
      status: {
        phase: 'Succeeded',
        containerStatuses: [{ ...container, ready: false, state: { terminated: { exitCode: 0, reason: 'Completed' } } }],
      },
    };
  const ready = luck < 0.95;
  return {
    ...pod,
    status: {
      phase: 'Running',
      podIP: `10.1.${index % 250}.${(index * 3) % 250}`,
      startTime: since,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ ...container, ready, started: true, state: { running: { startedAt: since } } }],
    },
  };
}

function workload(namespace: string, name: string, replicas: number, ready: number, since: string): KubeObject {
  return {
    metadata: { namespace, name, creationTimestamp: since, generation: 1 },
    spec: { replicas, completions: replicas, selector: { matchLabels: { app: name } } },
    status: {
      replicas,
      readyReplicas: ready,
      updatedReplicas: replicas,
      desiredNumberScheduled: replicas,
      numberReady: ready,
      succeeded: replicas,
      completionTime: since,
    },
  };
}

function warning(pod: Pod, reason: string, message: string, at: string): KubeObject & Record<string, unknown> {
  const { name, namespace } = pod.metadata ?? {};
  return {
    metadata: { name: `${name}.1`, namespace: namespace ?? '', creationTimestamp: at },
    type: 'Warning',
    reason,
    message,
    count: 12,
    lastTimestamp: at,
    involvedObject: { kind: 'Pod', name, namespace },
  };
}

function suffix(random: () => number): string {
  return Array.from({ length: 5 }, () => pick(random, [...'bcdfghjklmnpqrstvwxz2456789'])).join('');
}
