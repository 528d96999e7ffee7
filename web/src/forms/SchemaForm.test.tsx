// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom

import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, it } from 'vitest';
import { fieldsOf, initialOf } from './fields';
import { SchemaForm } from './SchemaForm';
import type { JsonObject, Schema } from './schema';
import { validate } from './validate';

afterEach(cleanup);

const schema: Schema = {
  type: 'object',
  properties: {
    node: {
      type: 'object',
      required: ['count'],
      properties: {
        count: { type: 'integer', default: 3, minimum: 1, maximum: 9, description: 'How many' },
        tls: { type: 'boolean', default: false },
        level: { type: 'string', enum: ['INFO', 'DEBUG'], default: 'INFO' },
        hosts: { type: 'array', items: { type: 'string' }, default: ['a'] },
        storage: {
          oneOf: [
            { type: 'string', title: 'a class' },
            { type: 'object', title: 'a directory', properties: { size: { type: 'integer', default: 5 } } },
          ],
        },
      },
    },
    other: { type: 'object', properties: { name: { type: 'string', default: 'x' } } },
  },
};

function open(): { document(): JsonObject } {
  let latest: JsonObject = {};
  render(
    <Harness
      seen={document => {
        latest = document;
      }}
    />,
  );
  return { document: () => latest };
}

function Harness({ seen }: { seen(document: JsonObject): void }) {
  const [document, setDocument] = useState<JsonObject>(() => initialOf(fieldsOf(schema, schema)));
  seen(document);
  return <SchemaForm schema={schema} document={document} faults={validate(document, schema)} onChange={setDocument} />;
}

it('gives back the defaults when nothing is changed, and changes what is typed', () => {
  const form = open();
  expect(form.document()).toEqual({ node: { count: 3, tls: false, level: 'INFO', hosts: ['a'] }, other: { name: 'x' } });

  fireEvent.change(screen.getByLabelText(/count/), { target: { value: '5' } });
  fireEvent.click(screen.getByLabelText('tls'));
  fireEvent.change(screen.getByLabelText('level'), { target: { value: '1' } });

  expect(form.document().node).toMatchObject({ count: 5, tls: true, level: 'DEBUG' });
});

it('says what is wrong at its place and on its tab as it is typed', () => {
  open();

  fireEvent.change(screen.getByLabelText(/count/), { target: { value: '12' } });
  expect(screen.getByText('It must be at most 9.')).toBeDefined();
  expect(screen.getByLabelText(/count/).getAttribute('aria-invalid')).toBe('true');
  expect(screen.getByRole('tab', { name: 'node, 1 fault' })).toBeDefined();

  fireEvent.change(screen.getByLabelText(/count/), { target: { value: 'many' } });
  expect(screen.getByText('It must be a whole number, not "many".')).toBeDefined();
});

it('edits lists item by item', () => {
  const form = open();

  fireEvent.click(screen.getByText('Add to hosts'));
  fireEvent.change(screen.getByLabelText('hosts 2'), { target: { value: 'b' } });
  expect(form.document().node).toMatchObject({ hosts: ['a', 'b'] });

  fireEvent.click(screen.getByLabelText('Move hosts 2 up'));
  expect(form.document().node).toMatchObject({ hosts: ['b', 'a'] });

  fireEvent.click(screen.getByLabelText('Remove hosts 1'));
  expect(form.document().node).toMatchObject({ hosts: ['a'] });
});

it('lets one choose between shapes, and edits the one that is chosen', () => {
  const form = open();

  fireEvent.change(screen.getByLabelText('Shape'), { target: { value: '1' } });
  expect(form.document().node).toMatchObject({ storage: { size: 5 } });
  fireEvent.change(screen.getByLabelText('size'), { target: { value: '8' } });
  expect(form.document().node).toMatchObject({ storage: { size: 8 } });

  fireEvent.change(screen.getByLabelText('Shape'), { target: { value: '-1' } });
  expect(form.document().node).not.toHaveProperty('storage');
});

it('hides what the hub names, and says of what is not shown that it is replaced as a whole', () => {
  const parts: Schema = {
    properties: {
      pin: { type: 'integer' },
      password: { type: 'string' },
      users: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
      hosts: { type: 'array', items: { type: 'string' } },
    },
  };
  render(<SchemaForm schema={parts} document={{}} faults={[]} secrets={[['pin'], ['users']]} keepsSecrets onChange={() => {}} />);

  expect(screen.getByLabelText('pin').getAttribute('type')).toBe('password');
  expect(screen.getByLabelText('password').getAttribute('type')).toBe('text');
  expect(screen.getAllByText(/replaces all of it/)).toHaveLength(1);
  expect(screen.getByRole('group', { name: 'users' }).textContent).toContain('replaces all of it');
});

/** A form for something that has secrets already, with what is said of those that go. */
function Changed({ schema }: { schema: Schema }) {
  const [removals, setRemovals] = useState<JsonObject>({});
  return (
    <>
      <output>{JSON.stringify(removals)}</output>
      <SchemaForm
        schema={schema}
        document={{ given: 'new' }}
        faults={[]}
        secrets={Object.keys(schema.properties ?? {}).map(name => [name])}
        keepsSecrets
        removals={removals}
        onChange={() => {}}
        onRemovals={setRemovals}
      />
    </>
  );
}

it('takes a secret away where that is chosen, and where the package can do without it', () => {
  const parts: Schema = {
    required: ['key'],
    properties: {
      pin: { type: 'string' },
      key: { type: 'string' },
      word: { type: 'string', minLength: 8 },
      users: { type: 'array', items: { type: 'string' } },
      given: { type: 'string' },
    },
  };
  render(<Changed schema={parts} />);
  const removals = () => JSON.parse(screen.getByRole('status').textContent ?? '');

  expect(screen.getAllByRole('checkbox').map(box => box.getAttribute('aria-label'))).toEqual([
    'Remove what is there as pin',
    'Remove what is there as users',
  ]);
  fireEvent.click(screen.getByLabelText('Remove what is there as pin'));
  fireEvent.click(screen.getByLabelText('Remove what is there as users'));
  expect(removals()).toEqual({ pin: '', users: [] });
  expect((screen.getByLabelText('pin') as HTMLInputElement).disabled).toBe(true);
  expect(screen.queryByRole('button', { name: /Add/ })).toBeNull();

  fireEvent.click(screen.getByLabelText('Remove what is there as users'));
  expect(removals()).toEqual({ pin: '' });
  expect(screen.queryByRole('button', { name: /Add/ })).not.toBeNull();
});

it('offers once to take away what has several shapes, and not what is needed', () => {
  const oneOf: Schema[] = [{ type: 'string' }, { type: 'array', items: { type: 'string' } }];
  const parts: Schema = { required: ['needed'], properties: { free: { oneOf }, needed: { oneOf } } };
  const secrets = [['free'], ['needed']];
  render(<SchemaForm schema={parts} document={{ free: '', needed: '' }} faults={[]} secrets={secrets} keepsSecrets onChange={() => {}} />);

  expect(screen.getAllByRole('checkbox').map(box => box.getAttribute('aria-label'))).toEqual(['Remove what is there as free']);
  expect(screen.getAllByText(/replaces all of it/)).toHaveLength(2);
});
