// SPDX-License-Identifier: Apache-2.0

import { FieldInput, type InputProps } from './FieldInput';
import { blankOf, fieldOf, valueAt, withValue } from './fields';
import { isKept } from './KeptSecret';
import { resolve, type Schema } from './schema';

/** A list whose items are edited one by one. */
export function ListInput({ field, context }: InputProps) {
  const value = valueAt(context.document, field.path);
  const list = Array.isArray(value) ? value : [];
  const given =
    field.schema.items && !Array.isArray(field.schema.items)
      ? field.schema.items
      : guess(list[0] ?? (Array.isArray(field.usual) ? field.usual[0] : undefined));
  const items = resolve(given, context.root);
  // Who adds an item to a secret that is kept, and takes it away again, does not want all of it removed.
  const isUntold = (next: typeof list) => next.length === 0 && isKept(context.kept, field);
  const setList = (next: typeof list) => context.change(withValue(context.document, field.path, isUntold(next) ? undefined : next));
  const swap = (i: number, j: number) => {
    const next = [...list];
    [next[i], next[j]] = [next[j] as (typeof list)[number], next[i] as (typeof list)[number]];
    setList(next);
  };
  return (
    <div className="list">
      <ol>
        {list.map((_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an item has no name but its place
          <li key={i}>
            <FieldInput
              field={fieldOf(
                `${field.title} ${i + 1}`,
                { ...items, title: items.title ?? `${field.title} ${i + 1}` },
                context.root,
                [...field.path, i],
                false,
              )}
              context={context}
            />
            <div className="toolbar">
              <button
                type="button"
                className="button plain"
                aria-label={`Move ${field.title} ${i + 1} up`}
                disabled={i === 0}
                onClick={() => swap(i, i - 1)}
              >
                ↑
              </button>
              <button
                type="button"
                className="button plain"
                aria-label={`Move ${field.title} ${i + 1} down`}
                disabled={i === list.length - 1}
                onClick={() => swap(i, i + 1)}
              >
                ↓
              </button>
              <button
                type="button"
                className="button plain"
                aria-label={`Remove ${field.title} ${i + 1}`}
                onClick={() => setList(list.filter((_, j) => j !== i))}
              >
                Remove
              </button>
            </div>
          </li>
        ))}
      </ol>
      <button type="button" className="button" onClick={() => setList([...list, blankOf(items, context.root)])}>
        Add to {field.title}
      </button>
    </div>
  );
}

/** Of a list that says nothing of its items: what those are that it has. */
function guess(item: unknown): Schema {
  return item === undefined || item === null || typeof item === 'object'
    ? { type: typeof item === 'object' ? 'object' : 'string' }
    : { type: typeof item };
}
