// SPDX-License-Identifier: Apache-2.0

import { isObject, type Json, type JsonObject } from './schema';

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
