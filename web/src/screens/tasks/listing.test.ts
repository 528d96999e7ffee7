// SPDX-License-Identifier: Apache-2.0

import { expect, it } from 'vitest';
import { listingOf, missingOf } from './listing';

const lines = (...told: object[]) => told.map(line => `${JSON.stringify(line)}\n`).join('');
const file = (path: string, type = 'f') => ({ path, type, size: 1, mode: 420, modified: '2026-01-01T00:00:00Z' });

it('holds what lies in a folder, folders first, and neither the folder nor what is said of it', () => {
  const listing = listingOf(lines(file('', 'd'), file('b'), file('a'), file('z', 'd'), { end: { visited: 4 } }));
  expect(listing.entries.map(entry => entry.path)).toEqual(['z', 'a', 'b']);
  expect(missingOf(listing)).toBe('');
});

it('says how many names cannot be shown, and that there is more than was looked at', () => {
  const listing = listingOf(
    lines(file('a'), { path: '', unnamed: 2 }, { path: 'z', unnamed: 1 }, { end: { visited: 1, truncated: true } }),
  );
  expect(listing.entries).toHaveLength(1);
  expect(missingOf(listing)).toBe('There is more than the node looks at. 3 names are no UTF-8 and cannot be shown.');
  expect(missingOf({ entries: [], unnamed: 1, cut: false, unreadable: 0 })).toBe('1 name is no UTF-8 and cannot be shown.');
});

it('tells a folder that could not be looked into from one that is empty', () => {
  expect(missingOf(listingOf(lines(file('', 'd'), { end: { visited: 1, unreadable: 1 } })))).toBe('It cannot be looked into.');
  expect(missingOf(listingOf(lines(file('', 'd'), file('gone', 'd'), { end: { visited: 2, unreadable: 1 } })))).toBe('');
});

it('is refused where the answer broke off', () => {
  expect(() => listingOf(lines(file('', 'd'), file('a')))).toThrow('the connection ended before the list did');
});
