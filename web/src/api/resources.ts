// SPDX-License-Identifier: Apache-2.0

/** The kinds that the page shows by themselves, and where they are. */
export interface ResourceKind {
  kind: string;
  /** As a subscription names it: VERSION/PLURAL or GROUP/VERSION/PLURAL. */
  resource: string;
  namespaced: boolean;
}

export const kinds = {
  Pod: { kind: 'Pod', resource: 'v1/pods', namespaced: true },
  Node: { kind: 'Node', resource: 'v1/nodes', namespaced: false },
  Event: { kind: 'Event', resource: 'v1/events', namespaced: true },
  Namespace: { kind: 'Namespace', resource: 'v1/namespaces', namespaced: false },
  Service: { kind: 'Service', resource: 'v1/services', namespaced: true },
  Deployment: { kind: 'Deployment', resource: 'apps/v1/deployments', namespaced: true },
  ReplicaSet: { kind: 'ReplicaSet', resource: 'apps/v1/replicasets', namespaced: true },
  StatefulSet: { kind: 'StatefulSet', resource: 'apps/v1/statefulsets', namespaced: true },
  DaemonSet: { kind: 'DaemonSet', resource: 'apps/v1/daemonsets', namespaced: true },
  Job: { kind: 'Job', resource: 'batch/v1/jobs', namespaced: true },
  CronJob: { kind: 'CronJob', resource: 'batch/v1/cronjobs', namespaced: true },
} as const satisfies Record<string, ResourceKind>;

export type KindName = keyof typeof kinds;

export function isKnownKind(kind: string): kind is KindName {
  return Object.hasOwn(kinds, kind);
}

/** The path of one object, or of a collection when no name is given. */
export function pathOf(resource: string, namespace: string, name = '', subresource = ''): string {
  const parts = resource.split('/');
  const plural = parts.pop() as string;
  const root = parts.length === 1 ? `/api/${parts[0]}` : `/apis/${parts.join('/')}`;
  const tail = [name, subresource].filter(part => part.length > 0).map(part => `/${encodeURIComponent(part)}`);
  return `${root}${namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''}/${plural}${tail.join('')}`;
}
