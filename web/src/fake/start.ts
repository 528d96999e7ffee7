// SPDX-License-Identifier: Apache-2.0

import { FakeHub } from './FakeHub';
import { installSample } from './installations';
import { makeWorld, type Resources } from './world';

/** A hub in memory with three clusters, one more that hangs, and things that happen in them. `?pods=N` says how busy they are. */
export function startFake(): typeof fetch {
  const query = new URLSearchParams(location.search);
  const world = makeWorld({
    clusters: ['local', 'edge', 'lab'],
    nodes: Number(query.get('nodes') ?? 12),
    pods: Number(query.get('pods') ?? 120),
    now: Date.now(),
  });
  installSample(world.clusters.get('local') as Resources, new Date(Date.now() - 7_200_000).toISOString());
  const hub = new FakeHub({ world, hanging: query.has('calm') ? [] : ['tower-7'], signedIn: !query.has('signed-out') });
  if (!query.has('still')) setInterval(() => hub.step(), 700);
  return hub.fetch;
}
