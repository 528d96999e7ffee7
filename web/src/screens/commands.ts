// SPDX-License-Identifier: Apache-2.0

import type { FleetCluster } from '../stream/frames';

/** A text as one word of a shell. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A kubectl command for a cluster: by the kubeconfig of this home, or by the context that the cluster was added from. */
export function kubectl(fleet: readonly FleetCluster[], cluster: string, ...words: string[]): string {
  const known = fleet.find(item => item.name === cluster);
  const where =
    known?.source === 'fleet' ? `--context ${shellWord(cluster)}` : `--kubeconfig "$(pelago kubeconfig --cluster ${shellWord(cluster)})"`;
  return `kubectl ${where} ${words.map(shellWord).join(' ')}`;
}
