// SPDX-License-Identifier: Apache-2.0

import { type Path, valueAt } from './fields';
import { isObject, type Json, type JsonObject, resolve, type Schema } from './schema';
import type { Fault } from './validate';

/** Whether an option holds what nobody should read over a shoulder, by its name or by the media type that its schema gives it. */
export function isSecret(name: string, mediaType = ''): boolean {
  return /secret|password|token/i.test(mediaType) || /password$/i.test(name);
}

/** Whether any of the options is one. */
export function hasSecrets(options: JsonObject): boolean {
  return Object.entries(options).some(([key, value]) => (isObject(value) ? hasSecrets(value) : isSecret(key) && value !== ''));
}

/** The options as they may be looked at. */
export function withoutSecrets(options: JsonObject): JsonObject {
  const shown = ([key, value]: [string, Json]): [string, Json] => [
    key,
    isObject(value) ? withoutSecrets(value) : isSecret(key) ? '••••' : value,
  ];
  return Object.fromEntries(Object.entries(options).map(shown));
}

/** What is wrong with a change of something that has secrets already: one that is not given stays as it is. */
export function withSecretsKept(faults: Fault[], document: JsonObject, schema: Schema): Fault[] {
  return faults.filter(({ path }) => {
    const value = valueAt(document, path);
    return !(value === undefined || value === '') || !isSecretAt(schema, path);
  });
}

function isSecretAt(root: Schema, path: Path): boolean {
  const name = path.at(-1);
  let at: Schema | undefined = resolve(root, root);
  for (const part of path) at = at?.properties?.[part] && resolve(at.properties[part], root);
  return typeof name === 'string' && at !== undefined && isSecret(name, at.media?.type);
}
