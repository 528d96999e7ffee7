// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { Hub } from './http';

/** A hub whose network is cut at first, this often; and how often it was asked. */
function cut(times: number, fault: () => Error = () => new TypeError('Failed to fetch')) {
  const asked = { times: 0 };
  const hub = new Hub(async () => {
    if (asked.times++ < times) throw fault();
    return Response.json({ kind: 'Pod' });
  });
  return { hub, asked };
}

describe('a request that is refused with 401', () => {
  it.each([
    [{}, true],
    [{ 'X-Pelago-Cluster': 'edge' }, false],
  ])('ends the session when it is the hub that says so', async (headers, ends) => {
    const hub = new Hub(async () => Response.json({ message: 'Unauthorized' }, { status: 401, headers }));
    let ended = false;
    hub.onSignedOut = () => {
      ended = true;
    };
    await expect(hub.json('edge', '/api/v1/pods')).rejects.toThrow('Unauthorized');
    expect(ended).toBe(ends);
  });
});

describe('a request whose connection is cut', () => {
  it('is asked once more when it only reads', async () => {
    const { hub, asked } = cut(1);
    expect(await hub.json('c', '/api/v1/pods')).toEqual({ kind: 'Pod' });
    expect(asked.times).toBe(2);
  });

  it('fails when it is cut again', async () => {
    const { hub, asked } = cut(2);
    await expect(hub.read('/api/packages', new AbortController().signal)).rejects.toThrow('Failed to fetch');
    expect(asked.times).toBe(2);
  });

  it('is not repeated when it writes: it may have arrived', async () => {
    const { hub, asked } = cut(1);
    await expect(hub.request('c', '/api/v1/pods', { method: 'POST' })).rejects.toThrow('Failed to fetch');
    await expect(hub.tell('/api/packages', {})).resolves.toEqual({ kind: 'Pod' });
    expect(asked.times).toBe(2);
  });

  it('is not repeated when its asker has gone', async () => {
    const { hub, asked } = cut(1, () => new DOMException('aborted', 'AbortError'));
    await expect(hub.read('/api/packages', AbortSignal.abort())).rejects.toThrow('aborted');
    expect(asked.times).toBe(1);
  });
});
