// SPDX-License-Identifier: Apache-2.0

import { expect, it } from 'vitest';
import { keptLines, LogLines } from './LogLines';

const bytes = (text: string) => new TextEncoder().encode(text);

it('puts lines together whatever the pieces they come in', () => {
  const log = new LogLines();
  const whole = bytes('first line\nzweite Zeile: für\nthe last');
  for (const byte of whole) log.push(Uint8Array.of(byte));
  log.end();
  expect(log.lines).toEqual(['first line', 'zweite Zeile: für', 'the last']);
});

it('takes out the colours and movements of terminals', () => {
  const log = new LogLines();
  log.push(bytes('\u001b[31mred\u001b[0m and\ttabs\r\n\u001b]0;title\u0007plain\n'));
  expect(log.lines).toEqual(['red and\ttabs', 'plain']);
});

it('keeps the newest lines and counts those it let go', () => {
  const log = new LogLines();
  log.push(bytes('x\n'.repeat(keptLines * 1.2)));
  log.push(bytes('newest\n'));
  expect(log.lines.length).toBeLessThanOrEqual(keptLines * 1.1);
  expect(log.dropped + log.lines.length).toBe(keptLines * 1.2 + 1);
  expect(log.lines.at(-1)).toBe('newest');
});
