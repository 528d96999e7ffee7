// SPDX-License-Identifier: Apache-2.0

import { isObject, type Json, type JsonObject, resolve, type Schema, typeOf } from './schema';

/** Where in a document: names of properties and indexes of lists. */
export type Path = readonly (string | number)[];

export type FieldKind = 'group' | 'boolean' | 'choice' | 'number' | 'text' | 'list' | 'variants' | 'document';

/** An input of a form, made from a part of a schema. */
export interface Field {
  kind: FieldKind;
  path: Path;
  name: string;
  title: string;
  description: string;
  required: boolean;
  /** The schema that it was made from, references followed. */
  schema: Schema;
  usual: Json | undefined;
  fields: Field[];
}

const deepest = 16;

/** The fields of an object's schema in the order in which the package names them. */
export function fieldsOf(schema: Schema, root: Schema, path: Path = []): Field[] {
  const { properties = {}, required } = resolve(schema, root);
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.entries(properties).map(([name, property]) =>
    fieldOf(name, resolve(property, root), root, [...path, name], needed.has(name)),
  );
}

export function fieldOf(name: string, schema: Schema, root: Schema, path: Path, required: boolean): Field {
  const kind = kindOf(schema, path.length);
  return {
    kind,
    path,
    name,
    title: schema.title || name,
    description: schema.description ?? '',
    required,
    schema,
    usual: schema.default,
    fields: kind === 'group' ? fieldsOf(schema, root, path) : [],
  };
}

function kindOf(schema: Schema, depth: number): FieldKind {
  const type = typeOf(schema);
  if (schema.enum?.every(value => !isObject(value) && !Array.isArray(value)))
    return type === 'boolean' && schema.enum.length === 2 ? 'boolean' : 'choice';
  if (type === 'object' && schema.properties) return depth < deepest ? 'group' : 'document';
  // Alternatives beside properties are conditions on them; alone they are a choice between shapes.
  if ((schema.oneOf ?? schema.anyOf) && type !== 'object') return type === '' || type === 'array' ? 'variants' : kindOfType(type);
  if ((schema.oneOf ?? schema.anyOf) && !schema.properties) return 'variants';
  return kindOfType(type, schema);
}

function kindOfType(type: string, schema: Schema = {}): FieldKind {
  switch (type) {
    case 'boolean':
      return 'boolean';
    case 'number':
    case 'integer':
      return 'number';
    case 'string':
      return 'text';
    case 'array':
      return schema.items && !Array.isArray(schema.items)
        ? 'list'
        : schema.items === undefined && Array.isArray(schema.default)
          ? 'list'
          : 'document';
    default:
      return 'document';
  }
}

/** What the fields hold before anybody changes them. */
export function initialOf(fields: readonly Field[]): JsonObject {
  const result: JsonObject = {};
  for (const field of fields) {
    // A default of the whole wins over those of its parts.
    const value = field.usual !== undefined ? field.usual : field.kind === 'group' ? nonEmpty(initialOf(field.fields)) : undefined;
    if (value !== undefined) result[field.name] = value;
  }
  return result;
}

function nonEmpty(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length > 0 ? object : undefined;
}

export function valueAt(document: Json | undefined, path: Path): Json | undefined {
  let at = document;
  for (const part of path) {
    if (Array.isArray(at)) at = at[part as number];
    else if (isObject(at) && Object.hasOwn(at, part)) at = at[part as string];
    else return undefined;
  }
  return at;
}

/** The document with another value at a place; undefined takes away what is there, and objects that are empty then. */
export function withValue(document: JsonObject, path: Path, value: Json | undefined): JsonObject {
  return (put(document, path, value) ?? {}) as JsonObject;
}

function put(at: Json | undefined, path: Path, value: Json | undefined): Json | undefined {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (typeof part === 'number') {
    const list = Array.isArray(at) ? [...at] : [];
    const inner = put(list[part], rest, value);
    if (inner === undefined) list.splice(part, 1);
    else list[part] = inner;
    return list;
  }
  const object: JsonObject = isObject(at) ? { ...at } : {};
  const inner = put(object[part], rest, value);
  if (inner === undefined) delete object[part];
  else object[part] = inner;
  return Object.keys(object).length > 0 ? object : undefined;
}

/** A place as a JSON pointer. */
export function pointerOf(path: Path): string {
  return path.map(part => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** What a new item of a list begins with. */
export function blankOf(schema: Schema, root: Schema): Json {
  const resolved = resolve(schema, root);
  if (resolved.default !== undefined) return resolved.default;
  if (resolved.enum?.[0] !== undefined) return resolved.enum[0];
  switch (typeOf(resolved)) {
    case 'object':
      return initialOf(fieldsOf(resolved, root));
    case 'array':
      return [];
    case 'number':
    case 'integer':
      return resolved.minimum ?? 0;
    case 'boolean':
      return false;
    case 'string':
      return '';
    default: {
      const first = (resolved.oneOf ?? resolved.anyOf)?.[0];
      return first ? blankOf(first, root) : '';
    }
  }
}
