// SPDX-License-Identifier: Apache-2.0

import type { KubeObject, OwnerReference, Pod } from './objects';

/** The owner that makes an object again when it goes. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata?.ownerReferences?.find(owner => owner.controller);
}

/** A kubelet's own pod, from a file: the API server shows it and does not end it. */
export function isMirror(pod: Pod): boolean {
  return pod.metadata?.annotations?.['kubernetes.io/config.mirror'] !== undefined;
}

export function hasEnded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}
