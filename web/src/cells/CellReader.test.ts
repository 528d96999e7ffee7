// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CellFormatError, CellReader, type CellSink } from './CellReader';

const page = readFileSync(new URL('../../../docs/protocols/cells.md', import.meta.url), 'utf8');
const states = ['Gone', 'Pending', 'Scheduled', 'Starting', 'Running', 'Ready', 'Succeeded', 'Failed', 'Terminating'];
const flagNames = ['Restarted', 'Waiting', 'Unschedulable', 'Unknown'];

/** The example of the protocol's page: its bytes, and what they say. */
const bytes = Uint8Array.from(
  block('hex')
    .replace(/^#.*$/gm, '')
    .trim()
    .split(/\s+/)
    .map(byte => Number.parseInt(byte, 16)),
);
const told = block('text').trim().split('\n');

describe('CellReader', () => {
  it('reads the example of the protocol as the protocol says', () => {
    expect(read([bytes])).toEqual(told);
  });

  it.each([1, 2, 3, 7, 16])('reads the same when it arrives in pieces of %i bytes', size => {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
    expect(read(pieces)).toEqual(told);
  });

  it('passes over types of frames that it does not know', () => {
    const unknown = Uint8Array.from([9, 2, 0, 0, 1, 2]);
    expect(read([bytes.subarray(0, 20), unknown, bytes.subarray(20)])).toEqual(told);
  });

  it.each([
    ['no hello first', bytes.subarray(20)],
    ['a second hello', Uint8Array.from([...bytes.subarray(0, 20), ...bytes.subarray(0, 20)])],
    ['a frame that is too long', Uint8Array.from([...bytes.subarray(0, 20), 2, 255, 255, 255])],
    ['a change of a cell without a name', Uint8Array.from([...bytes.subarray(0, 20), 2, 12, 0, 0, 5, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0])],
    ['half a change', Uint8Array.from([...bytes.subarray(0, 20), 2, 5, 0, 0, 0, 0, 0, 0, 0])],
  ])('refuses %s', (_, stream) => {
    expect(() => read([stream])).toThrow(CellFormatError);
  });

  it('refuses an end in the middle of a frame', () => {
    expect(() => read([bytes.subarray(0, bytes.length - 1)])).toThrow('in the middle');
  });
});

function read(pieces: Uint8Array[]): string[] {
  const lines: string[] = [];
  const sink: CellSink = {
    begin: epoch => lines.push(`begin ${epoch}`),
    node: (number, name) => lines.push(`node ${number} ${name}`),
    cell: (number, name) => lines.push(`cell ${number} ${name}`),
    change: (cell, node, state, flags, at) => lines.push(`change ${cell} ${states[state]} ${flagsOf(flags)} node ${node} at ${at}`),
    bookmark: (revision, initial) => lines.push(`bookmark ${revision}${initial ? ' initial' : ''}`),
    error: status => lines.push(`error ${status.message}`),
  };
  const reader = new CellReader(sink);
  for (const piece of pieces) reader.read(piece);
  reader.complete();
  return lines;
}

function flagsOf(flags: number): string {
  const names = flagNames.filter((_, bit) => flags & (1 << bit));
  return names.length > 0 ? names.join(', ') : 'None';
}

function block(language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page);
  if (!found?.[1]) throw new Error(`no block of ${language} in cells.md`);
  return found[1];
}
