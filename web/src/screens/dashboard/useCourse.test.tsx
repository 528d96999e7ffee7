// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom

import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Hub } from '../../api/http';
import { HubProvider } from '../../app/hub';
import { StreamClient } from '../../stream/StreamClient';
import { useCourse } from './useCourse';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const hub = new Hub();

/** Of a session with the hub; nothing is asked of it here. */
function stream() {
  return new StreamClient({
    fetch: () => Promise.reject(new TypeError('there is no network')),
    csrf: () => '',
    beforeDrawing: queueMicrotask,
    now: () => 0,
    wait: () => new Promise(() => {}),
    random: () => 0,
  });
}

function Charts({ namespace }: { namespace: string }) {
  const scope = { cluster: '', namespace, clusters: ['*'], severalClusters: true };
  return <output>{useCourse(scope, { cpu: 4, memory: 2, disk: 1 }, true).cpu.join(' ')}</output>;
}

function session(of: StreamClient, namespace: string | null) {
  return (
    <HubProvider hub={hub} stream={of}>
      {namespace !== null && <Charts namespace={namespace} />}
    </HubProvider>
  );
}

const shown = () => screen.getByRole('status').textContent;

it('outlives the screen, for each scope, and ends with the connection', () => {
  const first = stream();
  const { rerender } = render(session(first, ''));
  act(() => vi.advanceTimersByTime(4500));
  expect(shown()).toBe('4 4 4');

  rerender(session(first, null));
  rerender(session(first, 'shop'));
  expect(shown()).toBe('');
  rerender(session(first, ''));
  expect(shown()).toBe('4 4 4');

  rerender(session(stream(), ''));
  expect(shown()).toBe('');
});
