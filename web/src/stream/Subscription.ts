// SPDX-License-Identifier: Apache-2.0

import type { SubscriptionSpec, Window } from './frames';
import { RowSet, type Snapshot } from './RowSet';

/** One subscription of a stream, for whoever shows it. */
export interface Subscription {
  readonly id: string;
  snapshot(): Snapshot;
  /** Calls back after something changed, at most once for each drawing of the screen. Returns how to end that. */
  listen(callback: () => void): () => void;
  /** Moves the window, sorts or filters anew. */
  change(window: Window): void;
  close(): void;
}

/** Of it what only the client uses. */
export class LiveSubscription implements Subscription {
  readonly rows = new RowSet();
  private readonly listeners = new Set<() => void>();
  /** The window that the server knows of; null: it does not know this subscription yet. */
  told: Window | null = null;

  constructor(
    readonly id: string,
    public spec: SubscriptionSpec,
    private readonly client: { changed(subscription: LiveSubscription): void; closed(subscription: LiveSubscription): void },
  ) {
    this.rows.offset = spec.offset ?? 0;
  }

  snapshot(): Snapshot {
    return this.rows.snapshot();
  }

  listen(callback: () => void): () => void {
    this.listeners.add(callback);
    return () => this.listeners.delete(callback);
  }

  notify(): void {
    for (const listener of [...this.listeners]) listener();
  }

  change(window: Window): void {
    this.spec = { ...this.spec, ...window };
    this.client.changed(this);
  }

  close(): void {
    this.listeners.clear();
    this.client.closed(this);
  }
}
