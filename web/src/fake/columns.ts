// SPDX-License-Identifier: Apache-2.0

import type { KubeObject, Pod } from '../kube/objects';
import { podState, requestsOf } from '../kube/podState';
import { parseQuantity } from '../kube/quantity';

/** The expressions of columns that docs/protocols/page.md names, for the fake hub. */
export function evaluate(expression: string, object: KubeObject): unknown {
  const call = /^([a-z.]+)\((.*)\)$/.exec(expression);
  if (!call) {
    const values = select(expression, object);
    if (expression.includes('[*]')) return values;
    return values[0] ?? null;
  }
  const [, name, path = ''] = call;
  switch (name) {
    case 'count':
      return select(path, object).length;
    case 'sum':
      return select(path, object).reduce((sum: number, value) => sum + Number(value), 0);
    case 'first':
      return select(path, object)[0] ?? null;
    case 'cpu':
    case 'bytes':
      return select(path, object).reduce((sum: number, value) => sum + parseQuantity(value as string), 0);
    case 'object':
      return object;
    case 'pod.status':
      return podState(object as Pod).word;
    case 'pod.ready': {
      const { ready, containers } = podState(object as Pod);
      return `${ready}/${containers}`;
    }
    case 'pod.restarts':
      return podState(object as Pod).restarts;
    case 'pod.cpu':
      return requestsOf(object as Pod, 'cpu', parseQuantity);
    case 'pod.memory':
      return requestsOf(object as Pod, 'memory', parseQuantity);
    case 'pod.state':
      return (object as Pod).status?.phase ?? 'Pending';
    default:
      throw new Error(`no such function: ${name}`);
  }
}

function select(path: string, object: unknown): unknown[] {
  const step = /\.([A-Za-z0-9_-]+)|\['([^']+)'\]|\[(\d+)\]|\[(\*)\]|\[\?\(@\.([A-Za-z0-9_]+)=="([^"]*)"\)\]/gy;
  let at: unknown[] = [object];
  step.lastIndex = 0;
  while (step.lastIndex < path.length) {
    const found = step.exec(path);
    if (!found) throw new Error(`no such column: ${path}`);
    const [, field, quoted, index, star, key, value] = found;
    at = at.flatMap(item => {
      if (item === null || typeof item !== 'object') return [];
      if (star) return Array.isArray(item) ? item : Object.values(item);
      if (key) return Array.isArray(item) ? item.filter(entry => (entry as Record<string, unknown>)?.[key] === value) : [];
      const next = (item as Record<string, unknown>)[field ?? quoted ?? (index as string)];
      return next === undefined || next === null ? [] : [next];
    });
  }
  return at;
}

/** Texts with the numbers in them by value; absent values last. */
export function compareValues(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return 1;
  if (b === null || b === undefined) return -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}
