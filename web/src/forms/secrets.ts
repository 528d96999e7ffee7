// SPDX-License-Identifier: Apache-2.0

import { type Field, type Path, valueAt, withValue } from './fields';
import { isObject, type Json, type JsonObject, type Schema } from './schema';
import { type Fault, validate } from './validate';

/** Where options are that nobody should read over a shoulder: the hub says so with a package, for it is the one that hides them. */
export type SecretPaths = readonly Path[];

/** Whether what stands at a place is one, or a part of one. */
export function isSecret(secrets: SecretPaths, path: Path): boolean {
  return secrets.some(secret => secret.length <= path.length && secret.every((part, i) => part === path[i]));
}

/** Whether any of the options is one. */
export function hasSecrets(options: JsonObject, secrets: SecretPaths): boolean {
  return secrets.some(path => isGiven(valueAt(options, path)));
}

/** The options as they may be looked at. */
export function withoutSecrets(options: JsonObject, secrets: SecretPaths): JsonObject {
  return secrets.reduce((shown, path) => (isGiven(valueAt(shown, path)) ? withValue(shown, path, '••••') : shown), options);
}

/** What is wrong with a change of something that has secrets already: one that is not given stays as it is. */
export function withSecretsKept(faults: Fault[], document: JsonObject, secrets: SecretPaths): Fault[] {
  return faults.filter(({ path }) => {
    const whole = secrets.find(secret => isSecret([secret], path));
    return !whole || isGiven(valueAt(document, whole));
  });
}

/** The options of a change of something that has secrets already, without those that a field was left empty for: given as empty they would go. */
export function withEmptyUnsaid(options: JsonObject, secrets: SecretPaths): JsonObject {
  return secrets.reduce((told, path) => (isGiven(valueAt(told, path)) ? told : withValue(told, path, undefined)), options);
}

/**
 * What takes away a secret that is there: to give nothing keeps it, to give something empty does not. Undefined where the package needs it, or allows
 * nothing that is empty.
 */
export function emptyOf({ required, schema }: Field, root: Schema): Json | undefined {
  const whole: Schema = { ...schema, definitions: root.definitions ?? {} };
  return required ? undefined : ['', [], {}].find(empty => validate(empty, whole).length === 0);
}

export function isGiven(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return false;
  return Array.isArray(value) ? value.length > 0 : !isObject(value) || Object.keys(value).length > 0;
}
