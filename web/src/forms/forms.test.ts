// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fieldOf, fieldsOf, initialOf, pointerOf, valueAt, withValue } from './fields';
import { defaultsOf, differing, type JsonObject, type Schema } from './schema';
import { validate } from './validate';

const schema: Schema = {
  type: 'object',
  required: ['service'],
  properties: {
    service: {
      type: 'object',
      required: ['name', 'user'],
      properties: {
        name: { type: 'string', default: 'kafka', pattern: '^[a-z]+$' },
        user: { type: 'string' },
        count: { type: 'integer', default: 3, minimum: 1, maximum: 9 },
        tls: { type: 'boolean', default: false },
        level: { type: 'string', enum: ['INFO', 'DEBUG'], default: 'INFO' },
        hosts: { type: 'array', items: { type: 'string' }, default: ['a'] },
        empty: { type: 'object', properties: { inner: { type: 'string' } } },
      },
    },
    storage: { oneOf: [{ type: 'string' }, { type: 'object', properties: { size: { type: 'integer' } } }] },
    limits: { type: 'object', additionalProperties: { type: 'number' } },
  },
};

describe('fields', () => {
  it('are of the kind that the schema asks for', () => {
    const kinds = Object.fromEntries(
      fieldsOf(schema, schema)
        .flatMap(field => [field, ...field.fields])
        .map(field => [pointerOf(field.path), field.kind]),
    );
    expect(kinds).toMatchObject({
      '/service': 'group',
      '/service/name': 'text',
      '/service/count': 'number',
      '/service/tls': 'boolean',
      '/service/level': 'choice',
      '/service/hosts': 'list',
      '/storage': 'variants',
      '/limits': 'document',
    });
  });

  it('begin with the defaults, without objects in which nothing stands', () => {
    const defaults = { service: { name: 'kafka', count: 3, tls: false, level: 'INFO', hosts: ['a'] } };
    expect(defaultsOf(schema)).toEqual(defaults);
    expect(initialOf(fieldsOf(schema, schema))).toEqual(defaults);
  });

  it('change one place of the document', () => {
    const document = withValue({ a: { b: [1, 2] } }, ['a', 'b', 1], 3);
    expect(document).toEqual({ a: { b: [1, 3] } });
    expect(withValue(document, ['a', 'b', 0], undefined)).toEqual({ a: { b: [3] } });
    expect(withValue(document, ['a', 'b'], undefined)).toEqual({});
    expect(valueAt(document, ['a', 'b', 1])).toBe(3);
  });

  it('follow references within the schema, and end where these go in circles', () => {
    const root: Schema = {
      definitions: { port: { type: 'integer', default: 80 }, loop: { $ref: '#/definitions/loop' } },
      properties: { web: { $ref: '#/definitions/port' }, bad: { $ref: '#/definitions/loop' } },
    };
    expect(initialOf(fieldsOf(root, root))).toEqual({ web: 80 });
    expect(fieldOf('bad', { $ref: '#/definitions/loop' }, root, ['bad'], false).kind).toBe('document');
  });
});

describe('validation', () => {
  it.each([
    [{ service: { name: 'kafka', user: 'root', count: 3 } }, []],
    [{}, ['/service: is needed']],
    [{ service: { name: 'Kafka', user: 'root' } }, ['/service/name: must match ^[a-z]+$']],
    [{ service: { user: 'root' } }, ['/service/name: is needed, for example "kafka"']],
    [{ service: { name: 'a', user: 'b', count: 12 } }, ['/service/count: must be at most 9']],
    [{ service: { name: 'a', user: 'b', count: 'many' } }, ['/service/count: must be a whole number, not "many"']],
    [{ service: { name: 'a', user: 'b', level: 'LOUD' } }, ['/service/level: must be one of "INFO", "DEBUG"']],
    [{ service: { name: 'a', user: 'b', hosts: [1] } }, ['/service/hosts/0: must be text, not 1']],
    [{ service: { name: 'a', user: 'b' }, storage: 3 }, ['/storage: fits none of the shapes that are allowed here']],
    [{ service: { name: 'a', user: 'b' }, limits: { cpu: 'x' } }, ['/limits/cpu: must be a number, not "x"']],
  ])('of %j says %j', (document, messages) => {
    expect(validate(document as JsonObject, schema).map(fault => `${fault.pointer}: ${fault.message}`)).toEqual(messages);
  });
});

describe('options', () => {
  it('are only what differs from the defaults', () => {
    const defaults = defaultsOf(schema);
    const document = withValue(withValue(defaults, ['service', 'count'], 5), ['service', 'user'], 'root');
    expect(differing(document, defaults)).toEqual({ service: { count: 5, user: 'root' } });
    expect(differing(defaults, defaults)).toEqual({});
  });
});

/** Packages of others, where there are some: `PELAGO_TEST_UNIVERSE` names a folder of them. */
const universe = process.env.PELAGO_TEST_UNIVERSE ?? '';

describe.skipIf(!universe || !existsSync(universe))('packages of the Universe', () => {
  const files = existsSync(universe)
    ? readdirSync(universe, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('config.json'))
    : [];

  it('give the same document by form and by defaults', () => {
    expect(files.length).toBeGreaterThan(100);
    for (const file of files) {
      const config = JSON.parse(readFileSync(join(universe, file), 'utf8')) as Schema;
      expect(initialOf(fieldsOf(config, config)), file).toEqual(defaultsOf(config));
    }
  });
});
