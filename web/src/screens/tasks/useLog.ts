// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef, useState } from 'react';
import { kinds, pathOf } from '../../api/resources';
import { useHub } from '../../app/hub';
import { LogLines } from './LogLines';
import type { ContainerPlace } from './place';

export interface LogOptions {
  previous: boolean;
  timestamps: boolean;
  tailLines: number;
}

export interface FollowedLog {
  lines: readonly string[];
  dropped: number;
  state: 'loading' | 'following' | 'ended' | 'failed';
  fault: string;
  restart(): void;
}

/** Follows the log of a container, and draws at most once for each drawing of the screen however fast it comes. */
export function useLog(
  { cluster, namespace, pod, container }: ContainerPlace,
  { previous, timestamps, tailLines }: LogOptions,
): FollowedLog {
  const hub = useHub();
  const log = useRef(new LogLines());
  const [, draw] = useState(0);
  const [state, setState] = useState<FollowedLog['state']>('loading');
  const [fault, setFault] = useState('');
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt begins anew
  useEffect(() => {
    const stop = new AbortController();
    const kept = new LogLines();
    log.current = kept;
    setState('loading');
    setFault('');
    let drawing = false;
    const show = () => {
      if (drawing) return;
      drawing = true;
      requestAnimationFrame(() => {
        drawing = false;
        if (!stop.signal.aborted) draw(count => count + 1);
      });
    };
    const follow = async () => {
      const query = new URLSearchParams({ container, follow: String(!previous), tailLines: String(tailLines) });
      if (previous) query.set('previous', 'true');
      if (timestamps) query.set('timestamps', 'true');
      const answer = await hub.request(cluster, `${pathOf(kinds.Pod.resource, namespace, pod, 'log')}?${query}`, { signal: stop.signal });
      setState('following');
      const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        kept.push(piece.value);
        show();
      }
      kept.end();
      show();
      setState('ended');
    };
    follow().catch((failed: unknown) => {
      if (stop.signal.aborted) return;
      setFault(failed instanceof Error ? failed.message : String(failed));
      setState('failed');
    });
    return () => stop.abort();
  }, [hub, cluster, namespace, pod, container, previous, timestamps, tailLines, attempt]);

  return { lines: log.current.lines, dropped: log.current.dropped, state, fault, restart: () => setAttempt(count => count + 1) };
}
