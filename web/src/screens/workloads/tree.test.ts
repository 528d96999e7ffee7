// SPDX-License-Identifier: Apache-2.0

import { expect, it } from 'vitest';
import { treeOf } from './tree';
import type { Workload } from './useWorkloads';

function workload(namespace: string, name: string, health: Workload['health'] = 'ok', ready = 2): Workload {
  return {
    key: `c/${namespace}/Deployment/${name}`,
    cluster: 'c',
    namespace,
    kind: 'Deployment',
    name,
    desired: 2,
    ready,
    health,
    word: health,
    created: '',
    images: '',
    selector: '',
  };
}

const workloads = [workload('shop', 'web-10'), workload('shop', 'web-2', 'bad', 0), workload('data', 'db')];
const names = (lines: ReturnType<typeof treeOf>) => lines.map(line => (line.kind === 'namespace' ? line.namespace : line.workload.name));

it('puts workloads below their namespaces, numbers in names by value', () => {
  expect(names(treeOf(workloads, '', new Set(), false))).toEqual(['data', 'db', 'shop', 'web-2', 'web-10']);
});

it('says of a namespace the worst of what is in it, and the sums', () => {
  const shop = treeOf(workloads, '', new Set(), false).find(line => line.kind === 'namespace' && line.namespace === 'shop');
  expect(shop).toMatchObject({ health: 'bad', ready: 2, desired: 4, count: 2 });
});

it('leaves out what is in a closed namespace, but not what one looks for', () => {
  expect(names(treeOf(workloads, '', new Set(['c/shop']), false))).toEqual(['data', 'db', 'shop']);
  expect(names(treeOf(workloads, 'web-2', new Set(['c/shop']), false))).toEqual(['shop', 'web-2']);
  expect(treeOf(workloads, 'nothing', new Set(), false)).toEqual([]);
});
