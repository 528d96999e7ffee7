// SPDX-License-Identifier: Apache-2.0

import type { Health } from '../../kube/podState';
import type { ClusterJournal } from './installing';

const phases: Record<string, Health> = {
  Healthy: 'ok',
  Failed: 'bad',
  Degraded: 'warn',
  RolledBack: 'warn',
  Unreachable: 'bad',
  Removed: 'idle',
};

/** How an installation is, by the word of its phase. */
export function phaseHealth(phase: string): Health {
  return phases[phase] ?? 'busy';
}

const steps: Record<string, string> = {
  PreHook: 'running what comes before',
  Apply: 'applying its objects',
  Wait: 'waiting until all of it is healthy',
  Prune: 'removing what it has no more',
  PostHook: 'running what comes after',
  Clean: 'tidying up',
  Delete: 'removing its objects',
};

/** What a cluster is doing for it, in words; empty when nothing. */
export function stepOf({ step = '', operation = '' }: ClusterJournal): string {
  const words = steps[step];
  if (!words) return step;
  return operation === 'revert' ? `${words}, on the way back` : words;
}
