// SPDX-License-Identifier: Apache-2.0

import type { InputProps } from './FieldInput';
import { type Field, valueAt, withValue } from './fields';
import { emptyOf, isRemoved, type SecretPaths } from './secrets';

const ofParts = new Set(['group', 'list', 'variants', 'document']);

/** Whether a field is all of a secret that has a value already. */
export function isKept(kept: SecretPaths, field: Field): boolean {
  return kept.some(path => path.length === field.path.length && path.every((part, i) => part === field.path[i]));
}

/** Of a secret that has a value, which nobody is shown: what becomes of it, and the way to have it removed. Nothing of other fields. */
export function KeptSecret({ id, field, context }: InputProps & { id: string }) {
  if (!isKept(context.kept, field)) return null;
  const value = valueAt(context.document, field.path);
  const set = (next: typeof value) => context.change(withValue(context.document, field.path, next));
  const empty = emptyOf(field, context.root);
  const replaces = ofParts.has(field.kind) ? 'anything given here replaces all of it' : 'what is given here replaces it';
  return (
    <div className={isRemoved(value) ? 'kept notice warn' : 'kept notice'}>
      <span id={id} role="status">
        {value === undefined
          ? `A value is there and is not shown. Left empty, it stays; ${replaces}.`
          : isRemoved(value)
            ? 'The value that is there is removed by this change.'
            : 'What is given here replaces the value that is there.'}
        {value === undefined && empty.why && ` It cannot be removed: ${empty.why}.`}
      </span>
      {/* One button for both, so that the focus stays where it is. */}
      {(value !== undefined || !empty.why) && (
        <button
          type="button"
          className="button"
          aria-label={`${value === undefined ? 'Remove' : 'Keep'} the value of ${field.title}`}
          onClick={() => set(value === undefined ? empty.value : undefined)}
        >
          {value === undefined ? 'Remove' : 'Keep'} the value
        </button>
      )}
    </div>
  );
}
