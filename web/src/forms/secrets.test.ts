// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import type { Schema } from './schema';
import { hasSecrets, isSecret, withoutSecrets, withSecretsKept } from './secrets';
import { validate } from './validate';

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

  it('need not be given again when others are changed', () => {
    const schema: Schema = {
      required: ['password', 'user'],
      properties: {
        user: { type: 'string' },
        password: { type: 'string', minLength: 4 },
        auth: { required: ['key'], properties: { key: { type: 'string', media: { type: 'application/x-secret+string' } } } },
      },
    };
    const faults = (document: Parameters<typeof withoutSecrets>[0]) =>
      withSecretsKept(validate(document, schema), document, schema).map(fault => fault.pointer);
    expect(faults({ auth: {} })).toEqual(['/user']);
    expect(faults({ user: 'me', password: '' })).toEqual([]);
    expect(faults({ user: 'me', password: 'no' })).toEqual(['/password']);
  });
});
