// SPDX-License-Identifier: Apache-2.0

import { expect, it } from 'vitest';
import { Hub } from '../../api/http';
import type { Meta, Pod } from '../../kube/objects';
import { nodeActions } from './nodeActions';

/** The drain of a node that has these pods; and what it wrote, as method and path. */
function draining(pods: Pod[]) {
  const written: string[] = [];
  const hub = new Hub(async (input, init) => {
    if ((init?.method ?? 'GET') === 'GET') return Response.json({ items: pods });
    written.push(`${init?.method} ${String(input).replace('/api/clusters/local/api/v1/', '')}`);
    return Response.json({});
  });
  const action = nodeActions({ hub, fleet: [], cluster: 'local', name: 'n1', cordoned: false }).find(each => each.verb === 'Drain');
  if (!action) throw new Error('there is no drain');
  return { action, written };
}

function pod(name: string, metadata: Meta = {}, phase = 'Running'): Pod {
  return { metadata: { namespace: 'shop', name, ...metadata }, status: { phase } };
}

function ownedBy(kind: string, controller = true): Meta {
  return { ownerReferences: [{ kind, name: 'owner', controller }] };
}

const mark = 'PATCH nodes/n1';
const evicted = (name: string) => `POST namespaces/shop/pods/${name}/eviction`;

it('moves what a controller makes again and what has ended, and leaves tasks of DaemonSets and mirrors', async () => {
  const { action, written } = draining([
    pod('web', ownedBy('ReplicaSet')),
    pod('agent', ownedBy('DaemonSet')),
    pod('etcd', { ...ownedBy('Node'), annotations: { 'kubernetes.io/config.mirror': 'a1' } }),
    pod('static', { annotations: { 'kubernetes.io/config.mirror': 'a2' } }),
    pod('done', {}, 'Succeeded'),
    pod('broken', {}, 'Failed'),
  ]);

  await action.run(false);

  expect(written).toEqual([mark, evicted('web'), evicted('done'), evicted('broken')]);
});

it('is refused before the node is marked where tasks would be gone for good, and names some', async () => {
  const { action, written } = draining([
    pod('web', ownedBy('ReplicaSet')),
    ...['a', 'b', 'c', 'd', 'e'].map(name => pod(name, ownedBy('Node', false))),
  ]);

  await expect(action.run(false)).rejects.toThrow('shop/a, shop/b, shop/c and 2 more.');

  expect(written).toEqual([]);
});

it('ends those, too, where that is chosen, and shows the command for it', async () => {
  const { action, written } = draining([pod('web', ownedBy('ReplicaSet')), pod('debug')]);

  await action.run(true);

  expect(written).toEqual([mark, evicted('web'), evicted('debug')]);
  expect(action.option?.command).toBe(`${action.command} --force`);
});
