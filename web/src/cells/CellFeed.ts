// SPDX-License-Identifier: Apache-2.0

import { ApiError, type Hub } from '../api/http';
import { kinds, pathOf } from '../api/resources';
import { Backoff } from '../stream/backoff';
import { CellReader, type CellSink } from './CellReader';

export interface FeedEvents {
  /** Why nothing comes at present; empty when all is well. */
  trouble(message: string): void;
}

/**
 * The pods of a cluster as cells, for as long as somebody looks: it goes on after a loss from the last bookmark, and begins anew when the
 * history is gone (docs/protocols/cells.md).
 */
export async function followCells(
  hub: Hub,
  cluster: string,
  namespace: string,
  sink: CellSink,
  events: FeedEvents,
  stop: AbortSignal,
): Promise<void> {
  const backoff = new Backoff();
  let revision: bigint | null = null;
  while (!stop.aborted) {
    let refusal: { code?: number; message?: string } | null = null;
    const reader = new CellReader({
      ...forward(sink),
      bookmark: (at, initial) => {
        revision = at;
        backoff.reset();
        events.trouble('');
        sink.bookmark(at, initial);
      },
      error: status => {
        refusal = status;
      },
    });
    try {
      const query = new URLSearchParams({ watch: 'true', allowWatchBookmarks: 'true' });
      if (revision === null) {
        query.set('sendInitialEvents', 'true');
        query.set('resourceVersionMatch', 'NotOlderThan');
      } else query.set('resourceVersion', String(revision));
      const answer = await hub.request(cluster, `${pathOf(kinds.Pod.resource, namespace)}?${query}`, {
        headers: { Accept: 'application/vnd.pelago.cells' },
        signal: stop,
      });
      const body = (answer.body as ReadableStream<Uint8Array>).getReader();
      for (let piece = await body.read(); !piece.done; piece = await body.read()) reader.read(piece.value);
    } catch (fault) {
      if (stop.aborted) return;
      if (fault instanceof ApiError && fault.code === 406) {
        events.trouble(`${cluster} is no Pelago of its own and does not send cells`);
        return;
      }
      if (fault instanceof ApiError && fault.code === 410) refusal = { code: 410 };
      else events.trouble(fault instanceof Error ? fault.message : String(fault));
    }
    const ended = refusal as { code?: number; message?: string } | null;
    if (ended?.code === 410) revision = null;
    else if (ended?.message) events.trouble(ended.message);
    await new Promise(resolve => setTimeout(resolve, backoff.next()));
  }
}

function forward(sink: CellSink): Pick<CellSink, 'begin' | 'node' | 'cell' | 'change'> {
  return {
    begin: epoch => sink.begin(epoch),
    node: (number, name) => sink.node(number, name),
    cell: (number, name) => sink.cell(number, name),
    change: (cell, node, state, flags, at) => sink.change(cell, node, state, flags, at),
  };
}
