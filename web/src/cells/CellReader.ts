// SPDX-License-Identifier: Apache-2.0

/** States of a pod in the stream of cells (docs/protocols/cells.md). */
export const CellState = {
  Gone: 0,
  Pending: 1,
  Scheduled: 2,
  Starting: 3,
  Running: 4,
  Ready: 5,
  Succeeded: 6,
  Failed: 7,
  Terminating: 8,
} as const;

export const CellFlag = { Restarted: 1, Waiting: 2, Unschedulable: 4, Unknown: 8 } as const;

/** What a stream of cells tells, in its order. */
export interface CellSink {
  begin(epochMs: number): void;
  node(number: number, name: string): void;
  cell(number: number, name: string): void;
  change(cell: number, node: number, state: number, flags: number, atMs: number): void;
  bookmark(revision: bigint, endsInitialState: boolean): void;
  error(status: { code?: number; message?: string }): void;
}

export class CellFormatError extends Error {}

const headSize = 4;
const changeSize = 12;
const maxFrame = 1_048_576;
const maxCells = 1 << 24;

/**
 * Reads a stream of cells as it arrives, in pieces that may end anywhere, and hands what it holds to a sink. It takes nothing on trust:
 * a stream that is other than it may be ends with a CellFormatError.
 */
export class CellReader {
  private rest = new Uint8Array(0);
  private begun = false;
  private nodes = 0;
  private readonly named: boolean[] = [];
  private readonly text = new TextDecoder('utf-8', { fatal: false });

  constructor(private readonly sink: CellSink) {}

  read(chunk: Uint8Array): void {
    let bytes = chunk;
    if (this.rest.length > 0) {
      bytes = new Uint8Array(this.rest.length + chunk.length);
      bytes.set(this.rest);
      bytes.set(chunk, this.rest.length);
    }
    let at = 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    while (bytes.length - at >= headSize) {
      const head = view.getUint32(at, true);
      const length = head >>> 8;
      if (length > maxFrame) throw new CellFormatError(`a frame of ${length} bytes; at most ${maxFrame} are allowed`);
      if (bytes.length - at < headSize + length) break;
      this.take(head & 255, view, at + headSize, length, bytes);
      at += headSize + length;
    }
    this.rest = bytes.slice(at);
  }

  /** The stream has ended. Throws when that was in the middle of a frame, or before the first. */
  complete(): void {
    if (this.rest.length > 0) throw new CellFormatError('it ends in the middle of a frame');
    if (!this.begun) throw new CellFormatError('it ends before its first frame');
  }

  private take(type: number, view: DataView, at: number, length: number, bytes: Uint8Array): void {
    if (this.begun === (type === 1)) {
      throw new CellFormatError(this.begun ? 'a second beginning' : 'it does not begin as a stream of cells does');
    }
    switch (type) {
      case 1:
        this.takeHello(view, at, length);
        break;
      case 2:
        this.takeChanges(view, at, length);
        break;
      case 3:
        this.require(length, 2, 'a node');
        if (view.getUint16(at, true) !== this.nodes + 1) throw new CellFormatError('a node out of order');
        this.nodes++;
        this.sink.node(this.nodes, this.text.decode(bytes.subarray(at + 2, at + length)));
        break;
      case 4:
        this.takeCell(view, at, length, bytes);
        break;
      case 5:
        this.require(length, 9, 'a bookmark');
        this.sink.bookmark(view.getBigUint64(at, true), (view.getUint8(at + 8) & 1) !== 0);
        break;
      case 6:
        this.sink.error(readStatus(this.text.decode(bytes.subarray(at, at + length))));
        break;
    }
  }

  private takeHello(view: DataView, at: number, length: number): void {
    this.require(length, 16, 'the beginning');
    // "PCEL"
    if (view.getUint32(at, true) !== 0x4c454350) throw new CellFormatError('it does not begin as a stream of cells does');
    const version = view.getUint16(at + 4, true);
    if (version !== 1) throw new CellFormatError(`it is of version ${version}, and only version 1 is known here: load the page again`);
    this.begun = true;
    this.sink.begin(Number(view.getBigInt64(at + 8, true)));
  }

  private takeChanges(view: DataView, at: number, length: number): void {
    if (length % changeSize !== 0) throw new CellFormatError(`changes of ${length} bytes; each has ${changeSize}`);
    for (let i = at; i < at + length; i += changeSize) {
      const cell = view.getUint32(i, true);
      const node = view.getUint16(i + 4, true);
      const state = view.getUint8(i + 6);
      if (!this.named[cell]) throw new CellFormatError(`a change of cell ${cell}, which has no name`);
      if (node > this.nodes) throw new CellFormatError(`a change with node ${node}, which has no name`);
      if (state > CellState.Terminating) throw new CellFormatError(`a change to state ${state}, which is none`);
      this.named[cell] = state !== CellState.Gone;
      this.sink.change(cell, node, state, view.getUint8(i + 7), view.getUint32(i + 8, true));
    }
  }

  private takeCell(view: DataView, at: number, length: number, bytes: Uint8Array): void {
    this.require(length, 4, 'a cell');
    const cell = view.getUint32(at, true);
    if (cell >= maxCells || cell > this.named.length || this.named[cell]) throw new CellFormatError(`cell ${cell} is named out of order`);
    this.named[cell] = true;
    this.sink.cell(cell, this.text.decode(bytes.subarray(at + 4, at + length)));
  }

  private require(length: number, least: number, what: string): void {
    if (length < least) throw new CellFormatError(`${what} of ${length} bytes; at least ${least} are needed`);
  }
}

function readStatus(json: string): { code?: number; message?: string } {
  try {
    return JSON.parse(json) as { code?: number; message?: string };
  } catch {
    return { message: json };
  }
}
