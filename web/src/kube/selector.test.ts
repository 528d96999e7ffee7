// SPDX-License-Identifier: Apache-2.0

import { expect, it } from 'vitest';
import { selectorText } from './selector';

it('writes labels and expressions of a selector as a list takes them', () => {
  const selector = {
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['front', 'edge'] },
      { key: 'track', operator: 'NotIn', values: ['canary'] },
      { key: 'owner', operator: 'Exists' },
      { key: 'old', operator: 'DoesNotExist' },
    ],
  };
  expect(selectorText({ spec: { selector } })).toBe('app=web,tier in (front,edge),track notin (canary),owner,!old');
  expect(selectorText({ spec: {} })).toBe('');
});
