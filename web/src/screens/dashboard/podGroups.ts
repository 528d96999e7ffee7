// SPDX-License-Identifier: Apache-2.0

import { Columns } from '../../stream/columns';

/** What the dashboard knows of tasks: sums by workload and by how they are. One subscription for all of it, so a cluster is read once. */
export const podGroups = new Columns({
  status: 'pod.status()',
  phase: '.status.phase',
  placed: '.status.conditions[?(@.type=="PodScheduled")].status',
  placing: '.status.conditions[?(@.type=="PodScheduled")].reason',
  namespace: '.metadata.namespace',
  kind: '.metadata.ownerReferences[0].kind',
  owner: '.metadata.ownerReferences[0].name',
  hash: ".metadata.labels['pod-template-hash']",
  cpu: 'pod.cpu()',
  memory: 'pod.memory()',
  disk: "bytes(.spec.containers[*].resources.requests['ephemeral-storage'])",
  restarts: 'pod.restarts()',
});

export const groupedBy = podGroups.group('status', 'phase', 'placed', 'placing', 'namespace', 'kind', 'owner', 'hash');
