// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef, useState } from 'react';
import { useHub } from '../../app/hub';
import { type InstallPlan, type InstallRequest, installPath } from './installing';

export type Planned = { state: 'waiting' } | { state: 'refused'; message: string } | { state: 'there'; plan: InstallPlan };

/** Long enough that not every letter of a name is asked about. */
const restMs = 250;

/** What a request would change, asked anew when it is another one. Null asks nothing. */
export function usePlan(request: InstallRequest | null): Planned {
  const hub = useHub();
  const [planned, setPlanned] = useState<Planned>({ state: 'waiting' });
  const wanted = useRef(request);
  wanted.current = request;
  const identity = JSON.stringify(request);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the identity stands for the request, which is a new object in each drawing
  useEffect(() => {
    setPlanned({ state: 'waiting' });
    if (!wanted.current) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      hub.tell<InstallPlan>(installPath, { ...wanted.current, dryRun: true }, stop.signal).then(
        plan => setPlanned({ state: 'there', plan }),
        (fault: unknown) => {
          if (!stop.signal.aborted) setPlanned({ state: 'refused', message: fault instanceof Error ? fault.message : String(fault) });
        },
      );
    }, restMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [hub, identity]);
  return planned;
}
