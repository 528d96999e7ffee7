// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { hasSecrets, isSecret, withoutSecrets } from './secrets';

describe('options that are secrets', () => {
  it('are known by their name or their media type', () => {
    expect([isSecret('password'), isSecret('adminPassword'), isSecret('key', 'application/x-secret'), isSecret('passwords-file')]).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it('are found however deep they lie, and not shown', () => {
    const options = { db: { user: 'me', password: 'hunter2' }, size: 3 };
    expect(hasSecrets(options)).toBe(true);
    expect(hasSecrets({ db: { user: 'me', password: '' } })).toBe(false);
    expect(withoutSecrets(options)).toEqual({ db: { user: 'me', password: '••••' }, size: 3 });
  });
});
