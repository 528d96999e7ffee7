// SPDX-License-Identifier: Apache-2.0

import type { ContainerStatus, Meta, Pod, PodStatus } from './objects';

/** How a thing is, for colour and shape: never told by colour alone. */
export type Health = 'ok' | 'busy' | 'warn' | 'bad' | 'idle';

export interface PodState {
  /** The word that kubectl prints under STATUS. */
  word: string;
  health: Health;
  ready: number;
  containers: number;
  restarts: number;
}

const willNotCome = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

const failures = new Set([
  'Failed',
  'Error',
  'Unknown',
  'OOMKilled',
  'Evicted',
  'DeadlineExceeded',
  'NodeLost',
  'NodeAffinity',
  'ContainerStatusUnknown',
  'ContainerCannotRun',
  'OutOfcpu',
  'OutOfmemory',
  'OutOfpods',
]);

/** What `kubectl get pods` says of a pod. */
export function podState(pod: { metadata?: Meta; status?: PodStatus; spec?: { containers?: unknown[] } }): PodState {
  const status = pod.status ?? {};
  const inits = status.initContainerStatuses ?? [];
  const mains = status.containerStatuses ?? [];
  const containers = Math.max(mains.length, pod.spec?.containers?.length ?? 0);
  const ready = mains.filter(container => container.ready).length;
  const restarts = [...inits, ...mains].reduce((sum, container) => sum + (container.restartCount ?? 0), 0);
  const word = statusWord(pod.metadata, status, inits, mains);
  return { word, health: healthOfWord(word, ready < containers), ready, containers, restarts };
}

function statusWord(meta: Meta | undefined, status: PodStatus, inits: ContainerStatus[], mains: ContainerStatus[]): string {
  if (meta?.deletionTimestamp) return status.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
  const initAt = inits.findIndex(container => container.state?.terminated?.exitCode !== 0 && !container.started);
  if (initAt >= 0 && status.phase === 'Pending') {
    const state = inits[initAt]?.state;
    const reason = state?.terminated?.reason ?? state?.waiting?.reason;
    if (reason && reason !== 'PodInitializing') return `Init:${reason}`;
    return `Init:${initAt}/${inits.length}`;
  }
  for (const container of mains) {
    const { waiting, terminated } = container.state ?? {};
    if (waiting?.reason) return waiting.reason;
    if (terminated && status.phase !== 'Succeeded') {
      return terminated.reason ?? (terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode ?? 0}`);
    }
  }
  if (status.phase === 'Succeeded') return 'Completed';
  return status.reason ?? status.phase ?? 'Unknown';
}

/** How a pod is, by the word that kubectl prints under STATUS. */
export function healthOfWord(word: string, missesSome = false): Health {
  const bare = word.replace(/^Init:/, '');
  if (bare === 'Completed' || bare === 'Succeeded') return 'idle';
  if (bare === 'Unschedulable') return 'warn';
  if (failures.has(bare) || willNotCome.has(bare) || /^(Signal|ExitCode):/.test(bare)) return 'bad';
  return bare === 'Running' && !missesSome ? 'ok' : 'busy';
}

/** The pod's controller, and for a ReplicaSet of a Deployment the Deployment as its name tells. */
export function ownerOf(meta: Meta | undefined): { kind: string; name: string } | null {
  const owner = meta?.ownerReferences?.find(reference => reference.controller) ?? meta?.ownerReferences?.[0];
  if (!owner?.name) return null;
  const hash = meta?.labels?.['pod-template-hash'];
  if (owner.kind === 'ReplicaSet' && hash && owner.name.endsWith(`-${hash}`)) {
    return { kind: 'Deployment', name: owner.name.slice(0, -hash.length - 1) };
  }
  return { kind: owner.kind ?? '', name: owner.name };
}

/** What the containers of a pod ask for: the sum of the containers, or the largest init container where that is more. */
export function requestsOf(pod: Pod, resource: string, parse: (text: string | undefined) => number): number {
  const sum = (pod.spec?.containers ?? []).reduce((total, container) => total + parse(container.resources?.requests?.[resource]), 0);
  const inits = (pod.spec?.initContainers ?? []).map(container => parse(container.resources?.requests?.[resource]));
  return Math.max(sum, ...inits, 0);
}
