// SPDX-License-Identifier: Apache-2.0

import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from '../../api/http';
import { pathOf } from '../../api/resources';
import { useHub } from '../../app/hub';
import type { Meta } from '../../kube/objects';

export interface FinishedRun {
  key: string;
  cluster: string;
  namespace: string;
  pod: string;
  container: string;
  owner: string;
  failed: boolean;
  reason: string;
  exitCode: number;
  finished: string;
  seconds: number | null;
}

interface RunObject {
  metadata?: Meta;
  spec?: { pod?: string; container?: string; owner?: string };
  status?: { startTime?: string; finishTime?: string; exitCode?: number; outcome?: string; reason?: string };
}

interface Query {
  clusters: string[];
  namespace: string;
  search: string;
  outcome: string;
  again: number;
}

interface Found {
  runs: FinishedRun[];
  faults: { cluster: string; message: string }[];
  loading: boolean;
}

const page = 200;

/** Finished runs of several clusters, the newest first. They do not change any more, so they are asked for and not watched. */
export function useFinishedRuns({ clusters, namespace, search, outcome, again }: Query): Found & { more(): void } {
  const hub = useHub();
  const [found, setFound] = useState<Found>({ runs: [], faults: [], loading: true });
  const next = useRef(new Map<string, string>());
  const busy = useRef(false);
  const names = clusters.join(' ');
  const selector = [search && `search=${search}`, outcome !== 'all' && `status.outcome=${outcome}`].filter(Boolean).join(',');

  const load = useCallback(
    async (cluster: string, from: string, stop?: AbortSignal) => {
      const query = new URLSearchParams({ limit: String(page) });
      if (selector) query.set('fieldSelector', selector);
      if (from) query.set('continue', from);
      const answer = await hub.json<{ metadata?: { continue?: string }; items?: RunObject[] }>(
        cluster,
        `${pathOf('history.pelago.dev/v1alpha1/runs', namespace)}?${query}`,
        {
          ...(stop && { signal: stop }),
        },
      );
      next.current.set(cluster, answer.metadata?.continue ?? '');
      return (answer.items ?? []).map(run => runOf(cluster, run));
    },
    [hub, selector, namespace],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: asking again is another number
  useEffect(() => {
    const stop = new AbortController();
    next.current.clear();
    setFound({ runs: [], faults: [], loading: true });
    const asked = names.split(' ').filter(Boolean);
    let waiting = asked.length;
    for (const cluster of asked) {
      load(cluster, '', stop.signal).then(
        runs =>
          !stop.signal.aborted && setFound(before => ({ ...before, runs: newestFirst([...before.runs, ...runs]), loading: --waiting > 0 })),
        (fault: unknown) =>
          !stop.signal.aborted &&
          setFound(before => ({ ...before, faults: [...before.faults, { cluster, message: wordsOf(fault) }], loading: --waiting > 0 })),
      );
    }
    return () => stop.abort();
  }, [names, load, again]);

  const more = useCallback(() => {
    const open = [...next.current].filter(([, from]) => from);
    if (busy.current || open.length === 0) return;
    busy.current = true;
    void Promise.allSettled(open.map(([cluster, from]) => load(cluster, from))).then(results => {
      busy.current = false;
      const runs = results.flatMap(result => (result.status === 'fulfilled' ? result.value : []));
      setFound(before => ({ ...before, runs: newestFirst([...before.runs, ...runs]) }));
    });
  }, [load]);

  return { ...found, more };
}

function newestFirst(runs: FinishedRun[]): FinishedRun[] {
  return [...new Map(runs.map(run => [run.key, run])).values()].sort((a, b) => b.finished.localeCompare(a.finished));
}

function runOf(cluster: string, { metadata = {}, spec = {}, status = {} }: RunObject): FinishedRun {
  const [from, to] = [Date.parse(status.startTime ?? ''), Date.parse(status.finishTime ?? '')];
  return {
    key: `${cluster}/${metadata.namespace}/${metadata.name}`,
    cluster,
    namespace: metadata.namespace ?? '',
    pod: spec.pod ?? metadata.name ?? '',
    container: spec.container ?? '',
    owner: spec.owner ?? '',
    failed: status.outcome === 'Failed',
    reason: status.reason ?? '',
    exitCode: status.exitCode ?? 0,
    finished: status.finishTime ?? '',
    seconds: Number.isNaN(from) || Number.isNaN(to) ? null : Math.max(0, Math.floor((to - from) / 1000)),
  };
}

function wordsOf(fault: unknown): string {
  if (fault instanceof ApiError && fault.code === 404) return 'keeps no history: it is no cluster of this daemon, or of an older one';
  return fault instanceof Error ? fault.message : String(fault);
}
