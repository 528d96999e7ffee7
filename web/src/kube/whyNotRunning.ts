// SPDX-License-Identifier: Apache-2.0

import { type Event, eventTime, type Pod } from './objects';
import { podState } from './podState';

export interface Finding {
  what: string;
  why: string;
  next: string;
}

/** Why a pod does not run (or not well), from its own status and its events; empty when nothing is wrong. The first finding matters most. */
export function whyNotRunning(pod: Pod, events: Event[]): Finding[] {
  const found: Finding[] = [];
  const state = podState(pod);
  const name = pod.metadata?.name ?? '';
  if (state.health === 'ok' || state.word === 'Completed') return found;

  const scheduled = pod.status?.conditions?.find(condition => condition.type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    found.push({
      what: 'No node takes it',
      why: scheduled.message ?? scheduled.reason ?? 'the scheduler gives no reason',
      next: 'Ask for less, add nodes, or loosen selectors, affinities and tolerations.',
    });
  } else if (!pod.spec?.nodeName && pod.status?.phase === 'Pending') {
    found.push({
      what: 'It waits for a node',
      why: 'No scheduler has looked at it yet.',
      next: `See that a scheduler runs that answers to "${String(pod.spec?.schedulerName ?? 'default-scheduler')}".`,
    });
  }
  for (const container of [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]) {
    const finding = containerFinding(container.name ?? '', container, name);
    if (finding) found.push(finding);
  }
  if (pod.status?.phase === 'Failed' && pod.status.message) {
    found.push({
      what: `It failed: ${pod.status.reason ?? 'Failed'}`,
      why: pod.status.message,
      next: 'What made it decides whether another takes its place.',
    });
  }
  const running = pod.status?.containerStatuses?.find(container => container.state?.running && !container.ready);
  if (running) {
    const probe = lastWarning(events, 'Unhealthy');
    found.push({
      what: `Container ${running.name} runs and is not ready`,
      why: probe?.message ?? 'its readiness probe has not succeeded yet',
      next: 'Look at its log, and whether the probe asks the right port and path.',
    });
  }
  const warning = lastWarning(events);
  if (warning?.message && !found.some(finding => finding.why === warning.message)) {
    found.push({ what: `Last warning: ${warning.reason ?? ''}`, why: warning.message, next: 'All events of the pod are below.' });
  }
  return found;
}

function containerFinding(
  name: string,
  status: NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number],
  pod: string,
): Finding | null {
  const { waiting, terminated } = status.state ?? {};
  if (waiting?.reason && /Image/.test(waiting.reason)) {
    return {
      what: `The image of ${name} is not there`,
      why: `${waiting.reason}: ${waiting.message ?? status.image ?? ''}`,
      next: 'Check its name, tag and registry, or import it: pelago image import.',
    };
  }
  if (waiting?.reason === 'CrashLoopBackOff') {
    const last = status.lastState?.terminated;
    return {
      what: `Container ${name} ends again and again`,
      why: last
        ? `it ended ${status.restartCount ?? 0} times, the last time with ${exitOf(last)}`
        : (waiting.message ?? 'it ends soon after it starts'),
      next: `Its last words: kubectl logs ${pod} -c ${name} --previous`,
    };
  }
  if (waiting?.reason && !['ContainerCreating', 'PodInitializing'].includes(waiting.reason)) {
    return { what: `Container ${name} waits`, why: `${waiting.reason}: ${waiting.message ?? ''}`, next: 'The events below say more.' };
  }
  if (terminated && terminated.exitCode !== 0) {
    return {
      what: `Container ${name} failed`,
      why: `it ended with ${exitOf(terminated)}${terminated.message ? `: ${terminated.message}` : ''}`,
      next: `Its log says more: kubectl logs ${pod} -c ${name}`,
    };
  }
  return null;
}

function exitOf(end: { exitCode?: number; signal?: number; reason?: string }): string {
  const code = end.signal ? `signal ${end.signal}` : `exit code ${end.exitCode ?? 0}`;
  return end.reason && end.reason !== 'Error' ? `${code} (${end.reason})` : code;
}

function lastWarning(events: Event[], reason?: string): Event | undefined {
  return events
    .filter(event => event.type === 'Warning' && (!reason || event.reason === reason))
    .sort((a, b) => (eventTime(b) ?? '').localeCompare(eventTime(a) ?? ''))[0];
}
