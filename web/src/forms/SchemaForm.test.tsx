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
  render(<SchemaForm schema={parts} document={{}} faults={[]} secrets={[['pin'], ['users']]} kept={[['users']]} onChange={() => {}} />);

  expect(screen.getByLabelText('pin').getAttribute('type')).toBe('password');
  expect(screen.getByLabelText('password').getAttribute('type')).toBe('text');
  expect(screen.getAllByText(/replaces all of it/)).toHaveLength(1);
  expect(screen.getByRole('group', { name: 'users' }).textContent).toContain('replaces all of it');
});

const secretive: Schema = {
  required: ['key'],
  properties: {
    pin: { type: 'string', default: '' },
    key: { type: 'string' },
    word: { type: 'string', minLength: 8 },
    users: { type: 'array', items: { type: 'string' } },
    shape: { oneOf: [{ type: 'string' }, { type: 'object' }] },
    unset: { type: 'string' },
  },
};

/** A form for something that has values of all its secrets but one. */
function Changed({ seen }: { seen(document: JsonObject): void }) {
  const [document, setDocument] = useState<JsonObject>({});
  seen(document);
  const secrets = Object.keys(secretive.properties ?? {}).map(name => [name]);
  return (
    <SchemaForm schema={secretive} document={document} faults={[]} secrets={secrets} kept={secrets.slice(0, -1)} onChange={setDocument} />
  );
}

function change(): { document(): JsonObject } {
  let latest: JsonObject = {};
  render(
    <Changed
      seen={document => {
        latest = document;
      }}
    />,
  );
  return { document: () => latest };
}

const saidOf = (label: RegExp | string) =>
  (screen.getByLabelText(label).getAttribute('aria-describedby') ?? '')
    .split(' ')
    .map(id => window.document.getElementById(id)?.textContent ?? '')
    .join(' ');
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));

it('says of a secret that a value is there, replaces it by what is typed, and keeps it when that is taken back', () => {
  const form = change();
  expect(saidOf('pin')).toContain('A value is there and is not shown');
  expect(saidOf('unset')).not.toContain('A value is there');

  fireEvent.change(screen.getByLabelText('pin'), { target: { value: '1' } });
  expect(form.document()).toEqual({ pin: '1' });
  expect(saidOf('pin')).toContain('replaces the value that is there');
  fireEvent.change(screen.getByLabelText('pin'), { target: { value: '' } });
  expect(form.document()).toEqual({});

  press('Add to users');
  press('Remove users 1');
  expect(form.document()).toEqual({});
});

it('removes the value of a secret where that is wanted, and keeps it after all', () => {
  const form = change();

  for (const name of ['pin', 'users', 'shape']) press(`Remove the value of ${name}`);
  expect(form.document()).toEqual({ pin: '', users: [], shape: '' });
  expect(saidOf('pin')).toContain('is removed by this change');

  for (const name of ['pin', 'users', 'shape']) press(`Keep the value of ${name}`);
  expect(form.document()).toEqual({});
  expect(saidOf('pin')).toContain('A value is there');
});

it('says why the value of a secret cannot be removed', () => {
  change();
  expect(screen.queryByRole('button', { name: /Remove the value of (key|word|unset)/ })).toBeNull();
  expect(saidOf(/key/)).toContain('It cannot be removed: it is needed.');
  expect(saidOf('word')).toContain('It cannot be removed: it must not be empty.');
});
