// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom

import { cleanup, renderHook, waitFor } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { Hub } from '../../api/http';
import { HubProvider } from '../../app/hub';
import { FakeHub } from '../../fake/FakeHub';
import { put, type World } from '../../fake/world';
import { StreamClient } from '../../stream/StreamClient';
import { useWorkloads } from './useWorkloads';

const hub = new Hub();
const open: StreamClient[] = [];

afterEach(() => {
  cleanup();
  for (const stream of open.splice(0)) stream.close();
});

function connect(world: World): StreamClient {
  const stream = new StreamClient({
    fetch: new FakeHub({ world }).fetch,
    csrf: () => '',
    beforeDrawing: queueMicrotask,
    now: () => 0,
    wait: () => new Promise(() => {}),
    random: () => 0,
  });
  open.push(stream);
  void stream.run();
  return stream;
}

it('tells what a workload selects its tasks by, expressions too', async () => {
  const resources = new Map();
  const deployment = (name: string, selector: unknown) =>
    put(resources, 'apps/v1/deployments', { metadata: { namespace: 'shop', name }, spec: { replicas: 1, selector } });
  deployment('labels', { matchLabels: { app: 'web' } });
  deployment('expressions', { matchExpressions: [{ key: 'tier', operator: 'In', values: ['front', 'edge'] }] });
  deployment('both', { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'old', operator: 'DoesNotExist' }] });
  const stream = connect({ clusters: new Map([['local', resources]]), step: () => {} });
  const scope = { cluster: '', namespace: '', clusters: ['*'], severalClusters: false };

  const { result } = renderHook(() => useWorkloads(scope), {
    wrapper: ({ children }) => (
      <HubProvider hub={hub} stream={stream}>
        {children}
      </HubProvider>
    ),
  });

  await waitFor(() =>
    expect(Object.fromEntries(result.current.workloads.map(({ name, selector }) => [name, selector]))).toEqual({
      labels: 'app=web',
      expressions: 'tier in (front,edge)',
      both: 'app=web,!old',
    }),
  );
});
