// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { formatAge } from './age';
import type { Pod } from './objects';
import { ownerOf, podState } from './podState';
import { formatBytes, formatCores, parseQuantity } from './quantity';
import { whyNotRunning } from './whyNotRunning';

describe('quantities', () => {
  it.each([
    ['250m', 0.25],
    ['1.5Gi', 1.5 * 1024 ** 3],
    ['2', 2],
    ['2e3', 2000],
    ['1E', 1e18],
    ['12Ti', 12 * 1024 ** 4],
    ['', 0],
    ['many', 0],
    [undefined, 0],
  ])('reads %s', (text, value) => expect(parseQuantity(text)).toBe(value));

  it('prints them for people', () => {
    expect([formatCores(0.25), formatCores(12), formatCores(1.55)]).toEqual(['250m', '12', '1.6']);
    expect([formatBytes(0), formatBytes(1536), formatBytes(5 * 1024 ** 3)]).toEqual(['0 B', '1.5 KiB', '5 GiB']);
  });
});

describe('ages', () => {
  it.each([
    [0, '0s'],
    [5, '5s'],
    [192, '3m12s'],
    [660, '11m'],
    [4 * 3600 + 120, '4h2m'],
    [86_400 + 3600, '1d1h'],
    [12 * 86_400, '12d'],
  ])('of %i seconds is %s', (seconds, text) => {
    expect(formatAge(0, seconds * 1000)).toBe(text);
  });
});

const crashing: Pod = {
  metadata: { name: 'web-1' },
  spec: { nodeName: 'n1', containers: [{ name: 'app' }] },
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'app',
        restartCount: 4,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      },
    ],
  },
};

describe('pods', () => {
  it('are called what kubectl calls them', () => {
    const ready = { containerStatuses: [{ name: 'a', ready: true, state: { running: {} } }] };
    expect(podState({ status: { phase: 'Running', ...ready } })).toMatchObject({ word: 'Running', health: 'ok', ready: 1, containers: 1 });
    expect(podState({ status: { phase: 'Succeeded', containerStatuses: [{ state: { terminated: { exitCode: 0 } } }] } })).toMatchObject({
      word: 'Completed',
      health: 'idle',
    });
    expect(podState({ metadata: { deletionTimestamp: 'now' }, status: { phase: 'Running' } }).word).toBe('Terminating');
    expect(podState({ status: { phase: 'Pending', initContainerStatuses: [{ state: { running: {} } }, {}] } }).word).toBe('Init:0/2');
    expect(podState(crashing)).toMatchObject({ word: 'CrashLoopBackOff', health: 'bad', restarts: 4 });
  });

  it('of a Deployment say so, though a ReplicaSet made them', () => {
    const ownerReferences = [{ kind: 'ReplicaSet', name: 'web-6f9b7c5d48', controller: true }];
    expect(ownerOf({ labels: { 'pod-template-hash': '6f9b7c5d48' }, ownerReferences })).toEqual({ kind: 'Deployment', name: 'web' });
    expect(ownerOf({ ownerReferences })).toEqual({ kind: 'ReplicaSet', name: 'web-6f9b7c5d48' });
    expect(ownerOf({})).toBeNull();
  });
});

describe('why a pod does not run', () => {
  it('says how often and how it crashed, and what to do', () => {
    const [first] = whyNotRunning(crashing, []);
    expect(first?.why).toBe('it ended 4 times, the last time with exit code 137 (OOMKilled)');
    expect(first?.next).toContain('kubectl logs web-1 -c app --previous');
  });

  it("has the scheduler's words when no node fits", () => {
    const pod: Pod = {
      status: {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes fit' }],
      },
    };
    expect(whyNotRunning(pod, [])[0]).toMatchObject({ what: 'No node takes it', why: '0/3 nodes fit' });
  });

  it('is silent about a pod that runs well', () => {
    const pod: Pod = { status: { phase: 'Running', containerStatuses: [{ ready: true, state: { running: {} } }] } };
    expect(whyNotRunning(pod, [{ type: 'Warning', reason: 'Old', message: 'long ago' }])).toEqual([]);
  });
});
