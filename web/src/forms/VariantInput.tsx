// SPDX-License-Identifier: Apache-2.0

import { useId } from 'react';
import { FieldInput, type InputProps } from './FieldInput';
import { blankOf, fieldOf, valueAt, withValue } from './fields';
import { resolve, type Schema, typeOf } from './schema';
import { validate } from './validate';

/** A choice between shapes, and the input of the shape that is chosen. */
export function VariantInput({ field, context }: InputProps) {
  const id = useId();
  const value = valueAt(context.document, field.path);
  const variants = (field.schema.oneOf ?? field.schema.anyOf ?? []).map(each => resolve(each, context.root));
  const chosen = variants.findIndex(
    each => value !== undefined && validate(value, { ...each, definitions: context.root.definitions ?? {} }).length === 0,
  );
  const fallback = chosen >= 0 ? chosen : value === undefined ? -1 : variants.findIndex(each => typeOf(each) === kindOf(value));
  const variant = variants[fallback];
  const choose = (index: number) =>
    context.change(withValue(context.document, field.path, index < 0 ? undefined : blankOf(variants[index] as Schema, context.root)));
  // What becomes of a secret that is there is said once, beside the choice.
  const inner = { ...context, kept: [] };
  return (
    <div className="list">
      <div className="input">
        <label htmlFor={id}>Shape</label>
        <select id={id} className="field" value={fallback} onChange={event => choose(Number(event.target.value))}>
          <option value={-1}>none</option>
          {variants.map((each, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a shape has no name but its place
            <option key={i} value={i}>
              {each.title ??
                each.description ??
                ({
                  string: 'a text',
                  object: 'an object',
                  array: 'a list',
                  integer: 'a whole number',
                  number: 'a number',
                  boolean: 'yes or no',
                }[typeOf(each)] ||
                  `shape ${i + 1}`)}
            </option>
          ))}
        </select>
      </div>
      {variant && (
        <FieldInput field={fieldOf(field.name, { title: 'Value', ...variant }, context.root, field.path, false)} context={inner} />
      )}
    </div>
  );
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}
