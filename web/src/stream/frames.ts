// SPDX-License-Identifier: Apache-2.0

/** The frames of the stream and what is said to it: docs/protocols/page.md. */

export interface Status {
  code?: number;
  reason?: string;
  message?: string;
}

export interface SortKey {
  column: number;
  descending: boolean;
}

/** What of a subscription may change while it lives. */
export interface Window {
  offset?: number;
  limit?: number;
  sort?: SortKey[];
  filter?: string;
}

export interface SubscriptionSpec extends Window {
  clusters: string[];
  resource: string;
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  columns: string[];
  group?: number[];
}

export type ClusterState = 'connecting' | 'loading' | 'live' | 'stale' | 'unreachable' | 'forbidden' | 'absent';

export interface FleetCluster {
  name: string;
  server?: string;
  source?: string;
  api: { state: string; message?: string; since?: string; millis?: number; version?: string };
  workloads: { state: string; message?: string; since?: string };
}

export type Frame =
  | { t: 'hello'; v: number; n: number; stream: string; ticket: string }
  | { t: 'clusters'; n: number; items: FleetCluster[] }
  | { t: 'status'; n: number; sub: string; cluster: string; state: ClusterState; message?: string; since?: string }
  | { t: 'reset'; n: number; sub: string }
  | RowsFrame
  | { t: 'error'; n: number; sub: string; status: Status }
  | { t: 'beat' }
  | { t: 'bye'; message?: string };

export interface RowsFrame {
  t: 'rows';
  n: number;
  sub: string;
  /** Whole rows: id, cluster, values. */
  put?: [number, string, ...unknown[]][];
  /** What differs: id, then column and value in turn. */
  set?: [number, ...unknown[]][];
  del?: number[];
  order?: number[];
  /** Where that window begins, from hubs that say so. */
  offset?: number;
  total?: number;
  matched?: number;
}

/** A line longer than this is no frame of the protocol; it is not kept while it grows. */
const maxLine = 32 * 1024 * 1024;

/** Cuts a stream of bytes into lines, whatever the pieces they come in. */
export class LineReader {
  private readonly decoder = new TextDecoder();
  private rest = '';

  /** The lines that ended in this piece. */
  read(chunk: Uint8Array): string[] {
    const text = this.rest + this.decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    this.rest = lines.pop() ?? '';
    if (this.rest.length > maxLine) throw new Error('a line of the stream is longer than any frame may be');
    return lines.filter(line => line.length > 0);
  }
}
