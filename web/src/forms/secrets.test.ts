// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import type { Schema } from './schema';
import { hasSecrets, isSecret, withEmptyUnsaid, withoutSecrets, withSecretsKept } from './secrets';
import { validate } from './validate';

const secrets = [['db', 'pin'], ['users']];

describe('options that are secrets', () => {
  it('are those that the hub names, with all that is in them, and no others', () => {
    expect([['db', 'pin'], ['users', 0, 'name'], ['db'], ['db', 'password'], ['pin']].map(path => isSecret(secrets, path))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('are found however deep they lie, and not shown', () => {
    const options = { db: { user: 'me', pin: 1234 }, users: [{ name: 'ann', key: 'k' }], size: 3 };
    expect(hasSecrets(options, secrets)).toBe(true);
    expect(hasSecrets({ db: { user: 'me', pin: '' }, users: [] }, secrets)).toBe(false);
    expect(withoutSecrets(options, secrets)).toEqual({ db: { user: 'me', pin: '••••' }, users: '••••', size: 3 });
    expect(withoutSecrets({ db: { user: 'me' } }, secrets)).toEqual({ db: { user: 'me' } });
  });

  it('need not be given again when others are changed', () => {
    const schema: Schema = {
      required: ['key', 'user'],
      properties: {
        user: { type: 'string' },
        key: { type: 'string', minLength: 4 },
        users: { type: 'array', minItems: 1, items: { type: 'object', required: ['pin'], properties: { pin: { type: 'string' } } } },
      },
    };
    const faults = (document: Parameters<typeof withoutSecrets>[0]) =>
      withSecretsKept(validate(document, schema), document, [['key'], ['users']]).map(fault => fault.pointer);
    expect(faults({})).toEqual(['/user']);
    expect(faults({ user: 'me', key: '', users: [] })).toEqual([]);
    expect(faults({ user: 'me', key: 'no', users: [{}] })).toEqual(['/key', '/users/0/pin']);
  });

  it('stay where a field was left or made empty', () => {
    const options = { db: { user: 'me', pin: '' }, users: [], size: 3 };
    expect(withEmptyUnsaid(options, secrets)).toEqual({ db: { user: 'me' }, size: 3 });
    expect(withEmptyUnsaid({ db: { pin: 7 }, users: ['ann'] }, secrets)).toEqual({ db: { pin: 7 }, users: ['ann'] });
  });
});
