// SPDX-License-Identifier: Apache-2.0

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A JSON Schema of draft-04, as packages describe their options with. Anything may be absent or nonsense: packages are not ours. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  title?: string;
  description?: string;
  default?: Json;
  enum?: Json[];
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: string[] | boolean;
  dependencies?: Record<string, Schema | string[]>;
  minProperties?: number;
  maxProperties?: number;
  items?: Schema | Schema[];
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  not?: Schema;
  media?: { type?: string };
  definitions?: Record<string, Schema>;
}

const deepest = 32;

/** The schema that a reference within the document leads to; the schema itself when there is none. */
export function resolve(schema: Schema, root: Schema): Schema {
  let at = schema;
  for (let depth = 0; at.$ref?.startsWith('#') && depth < deepest; depth++) {
    let found: unknown = root;
    for (const part of at.$ref.slice(1).split('/').filter(Boolean)) {
      found = (found as Record<string, unknown> | undefined)?.[decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')];
    }
    if (found === null || typeof found !== 'object') return {};
    at = found as Schema;
  }
  return at;
}

export function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** The type that a form makes an input for: the first that is not null, or what the rest of the schema tells. */
export function typeOf(schema: Schema): string {
  const type = Array.isArray(schema.type) ? schema.type.find(each => each !== 'null') : schema.type;
  if (type) return type;
  if (schema.properties) return 'object';
  if (schema.items) return 'array';
  const example = schema.default ?? schema.enum?.[0];
  if (Array.isArray(example)) return 'array';
  return example === undefined || example === null ? '' : typeof example;
}

/**
 * The options that a package has when nobody says any: the default of a property, else the defaults of its properties; objects in which
 * nothing stands are left out. The same rule as of the program that renders packages.
 */
export function defaultsOf(schema: Schema, root: Schema = schema, depth = 0): JsonObject {
  const result: JsonObject = {};
  if (depth > deepest) return result;
  for (const [name, property] of Object.entries(resolve(schema, root).properties ?? {})) {
    const resolved = resolve(property, root);
    if (resolved.default !== undefined) {
      result[name] = resolved.default;
      continue;
    }
    const inner = defaultsOf(resolved, root, depth + 1);
    if (Object.keys(inner).length > 0) result[name] = inner;
  }
  return result;
}

export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every(key => Object.hasOwn(b, key) && sameJson(a[key], b[key]));
}

/** One document laid over another: objects field by field, everything else whole. */
export function overlaid(under: JsonObject, over: JsonObject): JsonObject {
  const result: JsonObject = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const usual = under[key];
    result[key] = isObject(value) && isObject(usual) ? overlaid(usual, value) : value;
  }
  return result;
}

/** What of a document is not as by default: the options that one has to give. */
export function differing(document: JsonObject, defaults: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(document)) {
    const usual = defaults[key];
    if (sameJson(value, usual)) continue;
    if (isObject(value) && isObject(usual)) {
      const inner = differing(value, usual);
      if (Object.keys(inner).length > 0) result[key] = inner;
    } else result[key] = value;
  }
  return result;
}
