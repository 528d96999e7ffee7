// SPDX-License-Identifier: Apache-2.0

import { type Health, healthOfWord } from '../kube/podState';
import { Columns } from '../stream/columns';
import type { Row } from '../stream/RowSet';

/** What tables of pods show. */
export const podColumns = new Columns({
  namespace: '.metadata.namespace',
  name: '.metadata.name',
  status: 'pod.status()',
  ready: 'pod.ready()',
  restarts: 'pod.restarts()',
  node: '.spec.nodeName',
  ip: '.status.podIP',
  cpu: 'pod.cpu()',
  memory: 'pod.memory()',
  created: '.metadata.creationTimestamp',
});

export function podHealth(row: Row): Health {
  const [ready, all] = podColumns.text(row, 'ready').split('/');
  return healthOfWord(podColumns.text(row, 'status'), ready !== all);
}
