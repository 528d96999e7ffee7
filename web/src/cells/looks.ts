// SPDX-License-Identifier: Apache-2.0

import { CellFlag, CellState } from './CellReader';

/** How a pod is shown: the same looks, in the same order of a pod's life, as `pelago watch --grid` has. */
export const looks = [
  { name: 'gone', light: '#ffffff', dark: '#000000' },
  { name: 'pending', light: '#a9b4bc', dark: '#5f6d78' },
  { name: 'unschedulable', light: '#dba800', dark: '#f0c33c' },
  { name: 'scheduled', light: '#3b62b8', dark: '#345fc4' },
  { name: 'starting', light: '#2f9be8', dark: '#3ea6f5' },
  { name: 'running', light: '#7ccf8a', dark: '#8fe0a0' },
  { name: 'ready', light: '#18945a', dark: '#2fb878' },
  { name: 'ready, started again', light: '#8a8f1d', dark: '#b3b63a' },
  { name: 'succeeded', light: '#12838c', dark: '#1d8f96' },
  { name: 'terminating', light: '#8257b5', dark: '#a57be0' },
  { name: 'waiting', light: '#e07b1a', dark: '#ff9a3d' },
  { name: 'node silent', light: '#c931b8', dark: '#f25fe0' },
  { name: 'failed', light: '#cc2f3f', dark: '#ff5562' },
] as const;

export const lookOf = {
  gone: 0,
  pending: 1,
  unschedulable: 2,
  scheduled: 3,
  starting: 4,
  running: 5,
  ready: 6,
  restarted: 7,
  succeeded: 8,
  terminating: 9,
  waiting: 10,
  silent: 11,
  failed: 12,
};

/** Which looks come first when several pods share a cell of the picture: what most deserves to be seen. */
export const urgency = [0, 6, 8, 5, 4, 3, 1, 2, 1, 7, 9, 10, 11];

export function lookFor(state: number, flags: number): number {
  if (state === CellState.Gone) return lookOf.gone;
  if (state === CellState.Succeeded) return lookOf.succeeded;
  if (state === CellState.Failed) return lookOf.failed;
  if (flags & CellFlag.Unknown) return lookOf.silent;
  if (state === CellState.Terminating) return lookOf.terminating;
  if (state === CellState.Ready) return flags & CellFlag.Restarted ? lookOf.restarted : lookOf.ready;
  if (flags & CellFlag.Waiting) return lookOf.waiting;
  if (state === CellState.Running) return lookOf.running;
  if (state === CellState.Starting) return lookOf.starting;
  if (state === CellState.Scheduled) return lookOf.scheduled;
  return flags & CellFlag.Unschedulable ? lookOf.unschedulable : lookOf.pending;
}
