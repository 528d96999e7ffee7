// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import type { JsonObject, Schema } from './schema';
import {
  allSecrets,
  hasSecrets,
  isSecret,
  keptSecrets,
  removedSecrets,
  toldOf,
  withoutKept,
  withoutSecrets,
  withSecretsKept,
} from './secrets';
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
    const faults = (document: JsonObject) =>
      withSecretsKept(validate(document, schema), document, [['key'], ['users']]).map(fault => fault.pointer);
    expect(faults({})).toEqual(['/user']);
    expect(faults({ user: 'me' })).toEqual([]);
    expect(faults({ user: 'me', key: '', users: [] })).toEqual(['/key', '/users']);
    expect(faults({ user: 'me', key: 'no', users: [{}] })).toEqual(['/key', '/users/0/pin']);
  });

  it('do not have what holds them missing', () => {
    const schema: Schema = { required: ['db', 'web'], properties: { db: { type: 'object' }, web: { type: 'object' } } };
    expect(withSecretsKept(validate({}, schema), {}, [['db', 'pin']]).map(fault => fault.pointer)).toEqual(['/web']);
  });

  it('are those that something has, too, whatever its package says by now', () => {
    expect(allSecrets([['db', 'pin'], ['users']], [['db'], ['old']])).toEqual([['users'], ['db'], ['old']]);
    expect(
      keptSecrets(
        [['auth'], ['users'], ['db', 'pin']],
        [
          ['auth', 'word'],
          ['db', 'pin'],
        ],
      ),
    ).toEqual([['auth'], ['db', 'pin']]);
  });

  it('are told when they are given, were it the default or nothing, and else not', () => {
    const defaults = { size: 1, db: { pin: 'changeme', user: 'me' }, users: [] };
    const kept = [['db', 'pin'], ['users']];
    const begun = withoutKept(defaults, kept);
    expect(begun).toEqual({ size: 1, db: { user: 'me' } });
    expect(toldOf(begun, defaults, kept)).toEqual({});
    expect(removedSecrets(begun, kept)).toEqual([]);

    const changed = { size: 2, db: { pin: 'changeme', user: 'me' }, users: [] };
    expect(toldOf(changed, defaults, kept)).toEqual({ size: 2, db: { pin: 'changeme' }, users: [] });
    expect(removedSecrets(changed, kept)).toEqual([['users']]);
    expect(toldOf(changed, defaults, [])).toEqual({ size: 2 });
  });
});
