// SPDX-License-Identifier: Apache-2.0

import { type ReactNode, useId } from 'react';
import { DocumentInput } from './DocumentInput';
import { type Field, pointerOf, valueAt, withValue } from './fields';
import { isKept, KeptSecret } from './KeptSecret';
import { ListInput } from './ListInput';
import type { Json, JsonObject, Schema } from './schema';
import { isSecret, type SecretPaths } from './secrets';
import { VariantInput } from './VariantInput';
import type { Fault } from './validate';

export interface FormContext {
  root: Schema;
  document: JsonObject;
  faults: readonly Fault[];
  secrets: SecretPaths;
  /** Those that have a value already, which nobody sees here and which stays where none is given. */
  kept: SecretPaths;
  change(document: JsonObject): void;
}

export interface InputProps {
  field: Field;
  context: FormContext;
}

/** The input of a field, whatever its kind, with its name, what it is for, and what is wrong with it. */
export function FieldInput({ field, context }: InputProps) {
  const id = useId();
  const pointer = pointerOf(field.path);
  const value = valueAt(context.document, field.path);
  const wrong = context.faults.filter(fault => fault.pointer === pointer);
  const set = (next: Json | undefined) => context.change(withValue(context.document, field.path, next));
  const common = {
    id,
    'aria-describedby': isKept(context.kept, field) ? `${id}-kept ${id}-about` : `${id}-about`,
    'aria-invalid': wrong.length > 0 || undefined,
    'aria-required': field.required || undefined,
  };

  const kept = <KeptSecret id={`${id}-kept`} field={field} context={context} />;

  if (field.kind === 'group') {
    return (
      <fieldset className="group">
        <legend>{field.title}</legend>
        {field.description && <p className="quiet">{field.description}</p>}
        {kept}
        <Faults faults={wrong} />
        <div className="fields">
          {field.fields.map(inner => (
            <FieldInput key={pointerOf(inner.path)} field={inner} context={context} />
          ))}
        </div>
      </fieldset>
    );
  }
  if (field.kind === 'list' || field.kind === 'variants') {
    return (
      <fieldset className="group">
        <legend>{label(field)}</legend>
        {field.description && <p className="quiet">{field.description}</p>}
        <Faults faults={wrong} />
        {kept}
        {field.kind === 'list' ? <ListInput field={field} context={context} /> : <VariantInput field={field} context={context} />}
      </fieldset>
    );
  }
  if (field.kind === 'boolean') {
    return (
      <div className="input">
        <label className="check">
          <input type="checkbox" {...common} checked={value === true} onChange={event => set(event.target.checked)} />
          {label(field)}
        </label>
        {kept}
        <About id={id} field={field} faults={wrong} />
      </div>
    );
  }
  return (
    <div className="input">
      <label htmlFor={id}>{label(field)}</label>
      {inputFor(field, value, set, common, context)}
      {kept}
      <About id={id} field={field} faults={wrong} />
    </div>
  );
}

interface Common {
  id: string;
  'aria-describedby': string;
  'aria-invalid': true | undefined;
  'aria-required': true | undefined;
}

function inputFor(
  field: Field,
  value: Json | undefined,
  set: (next: Json | undefined) => void,
  common: Common,
  context: FormContext,
): ReactNode {
  const hidden = isSecret(context.secrets, field.path);
  const kept = isKept(context.kept, field);
  switch (field.kind) {
    case 'choice': {
      const choices = field.schema.enum ?? [];
      const chosen = choices.indexOf(value as Json);
      return (
        <select
          className="field"
          {...common}
          value={chosen}
          onChange={event => set(event.target.value === '-1' ? undefined : choices[Number(event.target.value)])}
        >
          {chosen < 0 && <option value={-1}>{value === undefined ? '' : `${JSON.stringify(value)} (not allowed)`}</option>}
          {choices.map((choice, i) => (
            <option key={JSON.stringify(choice)} value={i}>
              {String(choice)}
            </option>
          ))}
        </select>
      );
    }
    case 'number':
      return (
        <input
          className="field"
          inputMode="decimal"
          type={hidden ? 'password' : 'text'}
          autoComplete="off"
          {...common}
          value={value === undefined ? '' : String(value)}
          placeholder={kept ? dots(value) : field.usual === undefined ? '' : String(field.usual)}
          onChange={event => set(numberOf(event.target.value))}
        />
      );
    case 'document':
      return <DocumentInput {...common} value={value} onChange={set} />;
    default: {
      const isLong = typeof value === 'string' && value.includes('\n');
      const props = {
        className: 'field',
        ...common,
        value: value === undefined ? '' : String(value),
        ...(kept && { placeholder: dots(value) }),
        onChange: (event: { target: { value: string } }) => set(kept ? event.target.value || undefined : textOf(event.target.value, field)),
      };
      return isLong || field.schema.media?.type === 'application/x-yaml' ? (
        <textarea rows={4} spellCheck={false} {...props} />
      ) : (
        <input type={hidden ? 'password' : 'text'} autoComplete="off" spellCheck={false} {...props} />
      );
    }
  }
}

/** In the place of a value that stays and is not shown. */
function dots(value: Json | undefined): string {
  return value === undefined ? '••••••••' : '';
}

/** What is no number is kept as the text that it is, so that the schema says what is wrong with it. */
function numberOf(text: string): Json | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) && !/[.e-]$/i.test(trimmed) ? value : text;
}

/** An emptied text is said, where the default would come back otherwise; an option that never had one goes. */
function textOf(text: string, field: Field): string | undefined {
  return text === '' && field.usual === undefined ? undefined : text;
}

function label(field: Field): ReactNode {
  return (
    <>
      {field.title}
      {field.required && (
        <span className="needed" title="needed">
          {' '}
          *
        </span>
      )}
    </>
  );
}

function About({ id, field, faults }: { id: string; field: Field; faults: readonly Fault[] }) {
  return (
    <div id={`${id}-about`} className="about">
      <Faults faults={faults} />
      {field.description && <span className="quiet">{field.description}</span>}
    </div>
  );
}

function Faults({ faults }: { faults: readonly Fault[] }) {
  return (
    <>
      {faults.map(fault => (
        <strong key={fault.message} className="fault">
          It {fault.message}.
        </strong>
      ))}
    </>
  );
}
