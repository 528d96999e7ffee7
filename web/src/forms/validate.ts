// SPDX-License-Identifier: Apache-2.0

import { type Path, pointerOf } from './fields';
import { isObject, type Json, resolve, type Schema, sameJson } from './schema';

export interface Fault {
  pointer: string;
  path: Path;
  message: string;
}

const deepest = 64;

/** What of a document a schema of draft-04 does not allow, each at its place and in words that say what would be right. */
export function validate(document: Json | undefined, schema: Schema): Fault[] {
  const faults: Fault[] = [];
  check(document, schema, schema, [], faults, 0);
  return faults;
}

function check(value: Json | undefined, given: Schema, root: Schema, path: Path, faults: Fault[], depth: number): void {
  if (depth > deepest || value === undefined) return;
  const schema = resolve(given, root);
  const say = (message: string, at: Path = path) => faults.push({ pointer: pointerOf(at), path: at, message });
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some(type => isOfType(value, type))) {
    say(`must be ${types.map(withArticle).join(' or ')}${value === '' ? '' : `, not ${quote(value)}`}`);
    return;
  }
  if (schema.enum && !schema.enum.some(each => sameJson(each, value))) say(`must be one of ${schema.enum.map(quote).join(', ')}`);
  if (typeof value === 'number') checkNumber(value, schema, say);
  if (typeof value === 'string') checkText(value, schema, say);
  if (Array.isArray(value)) {
    if (schema.minItems !== undefined && value.length < schema.minItems) say(`needs at least ${counted(schema.minItems, 'item')}`);
    if (schema.maxItems !== undefined && value.length > schema.maxItems) say(`may have at most ${counted(schema.maxItems, 'item')}`);
    if (schema.uniqueItems && value.some((item, i) => value.findIndex(other => sameJson(item, other)) !== i))
      say('must not hold the same item twice');
    const { items } = schema;
    value.forEach((item, i) => {
      const one = Array.isArray(items) ? items[i] : items;
      if (one) check(item, one, root, [...path, i], faults, depth + 1);
    });
  }
  if (isObject(value)) checkObject(value, schema, root, path, faults, depth, say);
  for (const each of schema.allOf ?? []) check(value, each, root, path, faults, depth + 1);
  const allows = (each: Schema) => {
    const inner: Fault[] = [];
    check(value, each, root, path, inner, depth + 1);
    return inner.length === 0;
  };
  if (schema.anyOf && !schema.anyOf.some(allows)) say('fits none of the shapes that are allowed here');
  if (schema.oneOf) {
    const fitting = schema.oneOf.filter(allows).length;
    if (fitting !== 1)
      say(fitting === 0 ? 'fits none of the shapes that are allowed here' : 'fits several shapes of which only one may hold');
  }
  if (schema.not && allows(schema.not)) say('must not be of this shape');
}

function checkNumber(value: number, schema: Schema, say: (message: string) => void): void {
  const { minimum, maximum, multipleOf } = schema;
  if (minimum !== undefined && (schema.exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    say(`must be ${schema.exclusiveMinimum === true ? 'more than' : 'at least'} ${minimum}`);
  }
  if (maximum !== undefined && (schema.exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    say(`must be ${schema.exclusiveMaximum === true ? 'less than' : 'at most'} ${maximum}`);
  }
  if (multipleOf && !Number.isInteger(Number((value / multipleOf).toPrecision(12)))) say(`must be a multiple of ${multipleOf}`);
}

function checkText(value: string, schema: Schema, say: (message: string) => void): void {
  const length = [...value].length;
  if (schema.minLength !== undefined && length < schema.minLength)
    say(length === 0 ? 'must not be empty' : `needs at least ${counted(schema.minLength, 'character')}`);
  if (schema.maxLength !== undefined && length > schema.maxLength) say(`may have at most ${counted(schema.maxLength, 'character')}`);
  if (schema.pattern !== undefined && value.length <= 4096 && matches(value, schema.pattern) === false) say(`must match ${schema.pattern}`);
}

function checkObject(
  value: { [key: string]: Json },
  schema: Schema,
  root: Schema,
  path: Path,
  faults: Fault[],
  depth: number,
  say: (message: string, at?: Path) => void,
): void {
  for (const name of Array.isArray(schema.required) ? schema.required : []) {
    if (!Object.hasOwn(value, name)) say(`is needed${exampleOf(schema.properties?.[name], root)}`, [...path, name]);
  }
  if (schema.minProperties !== undefined && Object.keys(value).length < schema.minProperties)
    say(`needs at least ${counted(schema.minProperties, 'entry', 'entries')}`);
  if (schema.maxProperties !== undefined && Object.keys(value).length > schema.maxProperties)
    say(`may have at most ${counted(schema.maxProperties, 'entry', 'entries')}`);
  for (const [name, item] of Object.entries(value)) {
    const property = schema.properties?.[name];
    const at = [...path, name];
    let known = false;
    if (property) {
      known = true;
      check(item, property, root, at, faults, depth + 1);
    }
    for (const [pattern, inner] of Object.entries(schema.patternProperties ?? {})) {
      if (!matches(name, pattern)) continue;
      known = true;
      check(item, inner, root, at, faults, depth + 1);
    }
    if (known) continue;
    if (schema.additionalProperties === false) say('is no option of this package', at);
    else if (typeof schema.additionalProperties === 'object') check(item, schema.additionalProperties, root, at, faults, depth + 1);
  }
  for (const [name, dependency] of Object.entries(schema.dependencies ?? {})) {
    if (!Object.hasOwn(value, name)) continue;
    if (!Array.isArray(dependency)) check(value, dependency, root, path, faults, depth + 1);
    else for (const other of dependency) if (!Object.hasOwn(value, other)) say(`is needed when ${name} is given`, [...path, other]);
  }
}

function isOfType(value: Json, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

const patterns = new Map<string, RegExp | null>();

/** Null for a pattern that is none. */
function matches(text: string, pattern: string): boolean | null {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    try {
      compiled = new RegExp(pattern, 'u');
    } catch {
      try {
        compiled = new RegExp(pattern);
      } catch {
        compiled = null;
      }
    }
    patterns.set(pattern, compiled);
  }
  return compiled ? compiled.test(text) : null;
}

function exampleOf(schema: Schema | undefined, root: Schema): string {
  const usual = schema && resolve(schema, root).default;
  return usual === undefined || usual === '' ? '' : `, for example ${quote(usual)}`;
}

function quote(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function withArticle(type: string): string {
  const names: Record<string, string> = {
    string: 'text',
    boolean: 'true or false',
    integer: 'a whole number',
    number: 'a number',
    array: 'a list',
    object: 'an object',
    null: 'nothing',
  };
  return names[type] ?? type;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
