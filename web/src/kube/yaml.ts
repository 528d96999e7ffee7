// SPDX-License-Identifier: Apache-2.0

/** A document as YAML, for reading: block style, quotes only where a plain text would be read as something else. */
export function toYaml(value: unknown): string {
  return `${print(value, 0).replace(/^\n/, '')}\n`;
}

function print(value: unknown, depth: number): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return value.map(item => `\n${'  '.repeat(depth)}- ${inner(item, depth + 1)}`).join('');
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    if (entries.length === 0) return '{}';
    return entries.map(([key, item]) => `\n${'  '.repeat(depth)}${scalar(key)}:${field(item, depth)}`).join('');
  }
  return typeof value === 'string' ? text(value, depth) : String(value);
}

/** What stands behind a key. Lists are not indented below it, as kubectl prints them. */
function field(item: unknown, depth: number): string {
  const printed = print(item, Array.isArray(item) ? depth : depth + 1);
  return printed.startsWith('\n') ? printed : ` ${printed}`;
}

/** What stands behind a dash: the first line of an object on the same line. */
function inner(item: unknown, depth: number): string {
  return print(item, depth).replace(/^\n\s*/, '');
}

function text(value: string, depth: number): string {
  if (!value.includes('\n') || /[^\S\n]\n|^\s|\r/.test(value)) return scalar(value);
  const keep = value.endsWith('\n\n') ? '+' : value.endsWith('\n') ? '' : '-';
  const indent = '  '.repeat(Math.max(1, depth));
  const lines = (keep === '-' ? value : value.slice(0, -1)).split('\n');
  return `|${keep}\n${lines.map(line => (line ? indent + line : '')).join('\n')}`;
}

const plain = /^[A-Za-z_./][A-Za-z0-9_./@:+=~-]*( [A-Za-z0-9_./@+=~()-]+)*$/;
const otherMeaning = /^(true|false|null|yes|no|on|off|y|n|~|\.inf|\.nan)$/i;

function scalar(value: string): string {
  return plain.test(value) && !otherMeaning.test(value) && !value.endsWith(':') && !value.includes(': ') ? value : JSON.stringify(value);
}
