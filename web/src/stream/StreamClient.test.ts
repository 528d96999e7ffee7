// SPDX-License-Identifier: Apache-2.0

import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeHub } from '../fake/FakeHub';
import { makeWorld, put, type World } from '../fake/world';
import type { SubscriptionSpec } from './frames';
import { StreamClient } from './StreamClient';
import type { Subscription } from './Subscription';

const names: SubscriptionSpec = { clusters: ['*'], resource: 'v1/pods', columns: ['.metadata.name', '.status.phase'] };
const open: StreamClient[] = [];

afterEach(() => {
  for (const client of open.splice(0)) client.close();
});

interface Started {
  client: StreamClient;
  hub: FakeHub;
  network: { down: boolean };
  ended: Promise<void>;
  waits: number[];
}

function start(world: World = smallWorld(), hanging: string[] = []): Started {
  const hub = new FakeHub({ world, hanging });
  const network = { down: false };
  const waits: number[] = [];
  const client = new StreamClient({
    fetch: (input, init) => (network.down ? Promise.reject(new TypeError('connection refused')) : hub.fetch(input as string, init)),
    csrf: () => 'csrf',
    beforeDrawing: callback => queueMicrotask(callback),
    now: () => 0,
    wait: ms => {
      waits.push(ms);
      return new Promise(resolve => setTimeout(resolve, 0));
    },
    random: () => 0,
  });
  open.push(client);
  return { client, hub, network, ended: client.run(), waits };
}

function smallWorld(): World {
  return makeWorld({ clusters: ['local', 'edge'], nodes: 4, pods: 24, now: 0 });
}

function rowNames(subscription: Subscription): unknown[] {
  return subscription.snapshot().rows.map(row => row.values[0]);
}

/** Waits for what must come, however busy the machine is. */
function until(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 20_000 });
}

describe('StreamClient', () => {
  it('tells the rows of all clusters over one stream', async () => {
    const { client, hub } = start();
    const pods = client.subscribe(names);
    const nodes = client.subscribe({ clusters: ['edge'], resource: 'v1/nodes', columns: ['.metadata.name'] });

    await until(() => expect(pods.snapshot().rows).toHaveLength(48));
    await until(() => expect(rowNames(nodes)).toEqual(['edge-1', 'edge-2', 'edge-3', 'edge-4']));
    expect(new Set(pods.snapshot().rows.map(row => row.cluster))).toEqual(new Set(['local', 'edge']));
    expect(hub.streams.size).toBe(1);
  });

  it('says of a cluster that hangs how it stands, and shows the others', async () => {
    const { client } = start(smallWorld(), ['far']);
    const pods = client.subscribe(names);

    await until(() => expect(pods.snapshot().rows).toHaveLength(48));
    await until(() => expect(pods.snapshot().standings.get('far')?.state).toBe('connecting'));
    await until(() => expect(client.fleet.find(cluster => cluster.name === 'far')?.api.state).toBe('unreachable'));
  });

  it('applies what changed, and keeps the rows that did not', async () => {
    const world = smallWorld();
    const { client, hub } = start(world);
    const pods = client.subscribe(names);
    await until(() => expect(pods.snapshot().rows).toHaveLength(48));
    const before = pods.snapshot();

    put(world.clusters.get('local') as never, 'v1/pods', { metadata: { namespace: 'shop', name: 'new' }, status: { phase: 'Pending' } });
    hub.step();

    await until(() => expect(rowNames(pods)).toContain('new'));
    expect(pods.snapshot()).not.toBe(before);
    expect(before.rows.filter(row => pods.snapshot().rows.includes(row)).length).toBeGreaterThan(40);
  });

  it('goes on after a loss from where it was', async () => {
    const { client, hub } = start();
    const pods = client.subscribe(names);
    await until(() => expect(pods.snapshot().rows).toHaveLength(48));

    hub.dropConnections();
    hub.step();
    put((hub as never as { options: { world: World } }).options.world.clusters.get('edge') as never, 'v1/pods', {
      metadata: { namespace: 'shop', name: 'late' },
    });
    hub.step();

    await until(() => expect(rowNames(pods)).toContain('late'));
    expect(client.connection).toBe('open');
    expect(hub.requests.some(request => /after=[1-9]/.test(request.path))).toBe(true);
    expect(hub.requests.filter(request => request.path === '/api/streams')).toHaveLength(1);
  });

  it('keeps old rows as stale until a new stream has told its own', async () => {
    const { client, hub } = start();
    const pods = client.subscribe(names);
    await until(() => expect(pods.snapshot().rows).toHaveLength(48));
    const seen: [number, boolean][] = [];
    pods.listen(() => seen.push([pods.snapshot().rows.length, pods.snapshot().stale]));

    hub.forgetStreams();

    await until(() => expect(hub.streams.size).toBe(1));
    await until(() => expect(pods.snapshot()).toMatchObject({ stale: false }));
    expect(seen).toContainEqual([48, true]);
    expect(pods.snapshot().rows).toHaveLength(48);
  });

  it('asks for a window, and for another one', async () => {
    const { client, hub } = start();
    const pods = client.subscribe({ ...names, sort: [{ column: 0, descending: false }], offset: 0, limit: 5, filter: 'kafka' });
    await until(() => expect(rowNames(pods)).toEqual(['kafka-0', 'kafka-0', 'kafka-1', 'kafka-1']));
    expect(pods.snapshot()).toMatchObject({ total: 48, matched: 4, offset: 0 });

    pods.change({ filter: '', offset: 10 });
    pods.change({ offset: 20 });

    await until(() => expect(pods.snapshot()).toMatchObject({ matched: 48, offset: 20 }));
    expect(pods.snapshot().rows).toHaveLength(5);
    expect(hub.requests.filter(request => request.body.includes('"change"'))).toHaveLength(1);
  });

  it('calls back once for all frames before a drawing', async () => {
    const world = smallWorld();
    const { client, hub } = start(world);
    const pods = client.subscribe(names);
    await until(() => expect(pods.snapshot().rows).toHaveLength(48));
    const heard = vi.fn();
    pods.listen(heard);

    for (let i = 0; i < 5; i++) {
      put(world.clusters.get('edge') as never, 'v1/pods', {
        metadata: { namespace: 'shop', name: 'same' },
        status: { phase: `Phase${i}` },
      });
      hub.step();
    }

    await until(() => expect(pods.snapshot().rows.find(row => row.values[0] === 'same')?.values[1]).toBe('Phase4'));
    expect(heard.mock.calls.length).toBeLessThanOrEqual(5);
  });

  it('waits longer after each failure, and says why the connection is lost', async () => {
    const { client, hub, network, waits } = start();
    await until(() => expect(client.connection).toBe('open'));

    network.down = true;
    hub.dropConnections();

    await until(() => expect(waits.length).toBeGreaterThan(3));
    expect(waits.slice(0, 4)).toEqual([125, 250, 500, 1000]);
    expect(client).toMatchObject({ connection: 'lost', trouble: 'connection refused' });

    network.down = false;
    await until(() => expect(client).toMatchObject({ connection: 'open', trouble: '' }));
  });

  it('stops when nobody is signed in', async () => {
    const { client, hub, ended } = start();
    await until(() => expect(client.connection).toBe('open'));

    hub.signedIn = false;
    hub.forgetStreams();
    await ended;

    expect(client.connection).toBe('signed-out');
  });

  it('shows a refused subscription as its error', async () => {
    const { client, hub } = start();
    await until(() => expect(hub.streams.size).toBe(1));
    const pods = client.subscribe(names);
    await until(() => expect(pods.snapshot().rows).toHaveLength(48));

    hub.streams.get('stream-1')?.send({ t: 'error', n: 99, sub: pods.id, status: { code: 403, message: 'too many rows' } });

    await until(() => expect(pods.snapshot().error?.message).toBe('too many rows'));
  });

  it('takes a closed subscription off the stream', async () => {
    const { client, hub } = start();
    const pods = client.subscribe(names);
    await until(() => expect(pods.snapshot().rows).toHaveLength(48));

    pods.close();

    await until(() => expect(hub.requests.at(-1)?.body).toBe(`{"remove":["${pods.id}"]}`));
  });
});
