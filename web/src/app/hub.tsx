// SPDX-License-Identifier: Apache-2.0

import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Hub } from '../api/http';
import type { FleetCluster, SubscriptionSpec, Window } from '../stream/frames';
import { emptySnapshot, type Snapshot } from '../stream/RowSet';
import type { Connection, StreamClient } from '../stream/StreamClient';
import type { Subscription } from '../stream/Subscription';

interface Connected {
  hub: Hub;
  stream: StreamClient;
}

interface Session extends Connected {
  kept: Map<string, unknown>;
}

const HubContext = createContext<Session | null>(null);

export function HubProvider({ hub, stream, children }: Connected & { children: ReactNode }) {
  const value = useMemo(() => ({ hub, stream, kept: new Map() }), [hub, stream]);
  return <HubContext value={value}>{children}</HubContext>;
}

export function useHub(): Hub {
  return useConnected().hub;
}

export function useStream(): StreamClient {
  return useConnected().stream;
}

function useConnected(): Session {
  const value = useContext(HubContext);
  if (!value) throw new Error('this is shown outside of a session');
  return value;
}

/** What outlives a screen, and not the connection: whoever signs in next may see less. */
export function useKept<T>(name: string, make: () => T): T {
  const { kept } = useConnected();
  if (!kept.has(name)) kept.set(name, make());
  return kept.get(name) as T;
}

export function useFleet(): readonly FleetCluster[] {
  const stream = useStream();
  return useSyncExternalStore(
    callback => stream.listen(callback),
    () => stream.fleet,
  );
}

export function useConnection(): Connection {
  const stream = useStream();
  return useSyncExternalStore(
    callback => stream.listen(callback),
    () => stream.connection,
  );
}

export interface Watched {
  snapshot: Snapshot;
  /** Moves the window, sorts or filters, without beginning anew. */
  change(window: Window): void;
}

/**
 * Watches what the specification says for as long as this is shown. It begins anew when clusters, resource, selectors, columns or groups differ;
 * what of it may change while it lives goes by `change`. Null watches nothing.
 */
export function useRows(spec: SubscriptionSpec | null): Watched {
  const stream = useStream();
  const live = useRef<Subscription | null>(null);
  const [subscription, setSubscription] = useState<Subscription | null>(null);
  const wanted = useRef(spec);
  wanted.current = spec;
  const identity = spec ? identityOf(spec) : '';
  // biome-ignore lint/correctness/useExhaustiveDependencies: the identity stands for the specification, which is a new object in each drawing
  useEffect(() => {
    if (!wanted.current) return;
    const made = stream.subscribe(wanted.current);
    live.current = made;
    setSubscription(made);
    return () => {
      live.current = null;
      setSubscription(null);
      made.close();
    };
  }, [stream, identity]);
  const snapshot = useSyncExternalStore(
    callback => subscription?.listen(callback) ?? (() => {}),
    () => subscription?.snapshot() ?? emptySnapshot,
  );
  const change = useMemo(() => (window: Window) => live.current?.change(window), []);
  return { snapshot, change };
}

function identityOf({ clusters, resource, namespace, labelSelector, fieldSelector, columns, group, limit }: SubscriptionSpec): string {
  return JSON.stringify([clusters, resource, namespace, labelSelector, fieldSelector, columns, group, limit !== undefined]);
}

/** The time, told each second: for ages. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
