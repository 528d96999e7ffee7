// SPDX-License-Identifier: Apache-2.0

import type { ClusterState, RowsFrame, Status } from './frames';

export interface Row {
  readonly id: number;
  readonly cluster: string;
  readonly values: readonly unknown[];
}

export interface ClusterStanding {
  state: ClusterState;
  message: string;
  since: string;
}

/** What a subscription knows at one moment. A new one is made for each drawing, so that it can be compared by identity. */
export interface Snapshot {
  /** In the server's order where there is a window, else in none. */
  readonly rows: readonly Row[];
  readonly standings: ReadonlyMap<string, ClusterStanding>;
  /** Whether the hub has said how many rows there are: until then none may mean none yet. */
  readonly counted: boolean;
  /** All rows, and those that the filter leaves. */
  readonly total: number;
  readonly matched: number;
  /** Where the window begins: the index of rows[0] among those that match. */
  readonly offset: number;
  /** The stream that these rows came from has ended, and the next has not told its own yet. */
  readonly stale: boolean;
  readonly error: Status | null;
}

export const emptySnapshot: Snapshot = {
  rows: [],
  standings: new Map(),
  counted: false,
  total: 0,
  matched: 0,
  offset: 0,
  stale: false,
  error: null,
};

/** The rows of one subscription, kept up to date by frames. */
export class RowSet {
  private readonly rows = new Map<number, Row>();
  private standings: ReadonlyMap<string, ClusterStanding> = new Map();
  private order: number[] | null = null;
  private total = -1;
  private matched = -1;
  private stale = false;
  private error: Status | null = null;
  private cached: Snapshot | null = null;
  private cachedRows: readonly Row[] | null = null;
  offset = 0;

  apply(frame: RowsFrame): void {
    for (const id of frame.del ?? []) this.rows.delete(id);
    for (const [id, cluster, ...values] of frame.put ?? []) this.rows.set(id, { id, cluster, values });
    for (const set of frame.set ?? []) this.change(set);
    if (frame.order) this.order = frame.order;
    if (frame.total !== undefined) this.total = frame.total;
    if (frame.matched !== undefined) this.matched = frame.matched;
    this.stale = false;
    this.touchRows();
  }

  reset(): void {
    this.rows.clear();
    this.order = null;
    this.total = -1;
    this.matched = -1;
    this.stale = false;
    this.error = null;
    this.touchRows();
  }

  stand(cluster: string, standing: ClusterStanding): void {
    this.standings = new Map(this.standings).set(cluster, standing);
    this.cached = null;
  }

  fail(status: Status): void {
    this.error = status;
    this.cached = null;
  }

  /** The rows are of a stream that is no more: they are shown until the next one tells its own. */
  outdate(): void {
    this.stale = true;
    this.standings = new Map();
    this.cached = null;
  }

  snapshot(): Snapshot {
    if (!this.cached) {
      const rows = this.cachedRows ?? this.list();
      this.cachedRows = rows;
      this.cached = {
        rows,
        standings: this.standings,
        counted: this.total >= 0,
        total: this.total >= 0 ? this.total : this.rows.size,
        matched: this.matched >= 0 ? this.matched : this.rows.size,
        offset: this.offset,
        stale: this.stale,
        error: this.error,
      };
    }
    return this.cached;
  }

  private change([id, ...pairs]: [number, ...unknown[]]): void {
    const old = this.rows.get(id);
    if (!old) return;
    const values = old.values.slice();
    for (let i = 0; i + 1 < pairs.length; i += 2) values[pairs[i] as number] = pairs[i + 1];
    this.rows.set(id, { ...old, values });
  }

  private list(): readonly Row[] {
    if (!this.order) return [...this.rows.values()];
    const rows: Row[] = [];
    for (const id of this.order) {
      const row = this.rows.get(id);
      if (row) rows.push(row);
    }
    return rows;
  }

  private touchRows(): void {
    this.cached = null;
    this.cachedRows = null;
  }
}
