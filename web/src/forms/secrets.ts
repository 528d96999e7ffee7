// SPDX-License-Identifier: Apache-2.0

import { type Field, type Path, valueAt, withValue } from './fields';
import { differing, isObject, type Json, type JsonObject, type Schema, typeOf } from './schema';
import { type Fault, validate } from './validate';

/** Where options are that nobody should read over a shoulder: the hub says so with a package, for it is the one that hides them. */
export type SecretPaths = readonly Path[];

/** Whether what stands at a place is one, or a part of one. */
export function isSecret(secrets: SecretPaths, path: Path): boolean {
  return secrets.some(secret => beginsWith(path, secret));
}

/** Whether any of the options is one. */
export function hasSecrets(options: JsonObject, secrets: SecretPaths): boolean {
  return secrets.some(path => isGiven(valueAt(options, path)));
}

/** The options as they may be looked at. */
export function withoutSecrets(options: JsonObject, secrets: SecretPaths): JsonObject {
  return secrets.reduce((shown, path) => (isGiven(valueAt(shown, path)) ? withValue(shown, path, '••••') : shown), options);
}

/** The secrets of a package, and what an installation keeps as one though this version of the package does not call it so; the whole before its parts. */
export function allSecrets(secrets: SecretPaths, stored: SecretPaths): SecretPaths {
  const all: Path[] = [];
  for (const path of [...secrets, ...stored].toSorted((a, b) => a.length - b.length)) if (!isSecret(all, path)) all.push(path);
  return all;
}

/** Those that have a value, or have one in them: nobody sees it here, and it stays where nothing is given in its place. */
export function keptSecrets(secrets: SecretPaths, stored: SecretPaths): SecretPaths {
  return secrets.filter(path => stored.some(each => beginsWith(each, path)));
}

/** A document as a form begins with it: what the package suggests is not what is there. */
export function withoutKept(document: JsonObject, kept: SecretPaths): JsonObject {
  return kept.reduce((rest, path) => (valueAt(rest, path) === undefined ? rest : withValue(rest, path, undefined)), document);
}

/** What of a document has to be told: what is not as by default; in the place of a value that is kept whatever is given, were it the default or empty. */
export function toldOf(document: JsonObject, defaults: JsonObject, kept: SecretPaths): JsonObject {
  return differing(document, withoutKept(defaults, kept));
}

/** Those that are given as empty: their value goes. */
export function removedSecrets(document: JsonObject, kept: SecretPaths): SecretPaths {
  return kept.filter(path => isRemoved(valueAt(document, path)));
}

export function isRemoved(value: Json | undefined): boolean {
  return value !== undefined && !isGiven(value);
}

/** What is wrong with a change of something that has secrets already: one that is not given stays as it is. */
export function withSecretsKept(faults: Fault[], document: JsonObject, kept: SecretPaths): Fault[] {
  const isUntouched = (path: Path) => valueAt(document, path) === undefined;
  return faults.filter(({ path }) => {
    if (kept.some(secret => beginsWith(path, secret) && isUntouched(secret))) return false;
    // What is missing only because all that is in it is kept.
    return !isUntouched(path) || !kept.some(secret => beginsWith(secret, path));
  });
}

export type Emptying = { value: Json; why: '' } | { value: undefined; why: string };

/** What to give in the place of a value that is to go; or why it cannot go. */
export function emptyOf({ required, schema }: Field, root: Schema): Emptying {
  if (required) return { value: undefined, why: 'it is needed' };
  const whole: Schema = { ...schema, definitions: root.definitions ?? {} };
  const faultsOf = (value: Json) => validate(value, whole);
  const usual: Json = { array: [], object: {} }[typeOf(schema)] ?? '';
  for (const value of [usual, '', [], {}, null]) if (faultsOf(value).length === 0) return { value, why: '' };
  return { value: undefined, why: `it ${faultsOf(usual)[0]?.message}` };
}

function beginsWith(path: Path, start: Path): boolean {
  return start.length <= path.length && start.every((part, i) => part === path[i]);
}

function isGiven(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return false;
  return Array.isArray(value) ? value.length > 0 : !isObject(value) || Object.keys(value).length > 0;
}
