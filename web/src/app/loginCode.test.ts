// SPDX-License-Identifier: Apache-2.0

import { expect, it, vi } from 'vitest';
import { takeLoginCode } from './loginCode';

it('takes the code out of the address before it is used', () => {
  const replaceState = vi.fn();
  expect(takeLoginCode({ hash: '#login=abc%2Bd', pathname: '/nodes', search: '?view=grid' }, { replaceState })).toBe('abc+d');
  expect(replaceState).toHaveBeenCalledWith(null, '', '/nodes?view=grid');
});

it('leaves an address without a code alone', () => {
  const replaceState = vi.fn();
  expect(takeLoginCode({ hash: '#main', pathname: '/', search: '' }, { replaceState })).toBeNull();
  expect(replaceState).not.toHaveBeenCalled();
});
