// SPDX-License-Identifier: Apache-2.0

const steps: [string, number][] = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
];

/** How long ago in the words of kubectl: "5s", "3m12s", "4h", "12d". */
export function formatAge(since: string | number | undefined | null, now: number): string {
  if (since === undefined || since === null) return '';
  const from = typeof since === 'number' ? since : Date.parse(since);
  if (Number.isNaN(from)) return '';
  return formatSeconds(Math.max(0, Math.floor((now - from) / 1000)));
}

export function formatSeconds(seconds: number): string {
  if (seconds >= 2 * 86_400) return `${Math.floor(seconds / 86_400)}d`;
  const first = steps.findIndex(([, size]) => seconds >= size);
  if (first < 0) return '0s';
  const [unit, size] = steps[first] as [string, number];
  const count = Math.floor(seconds / size);
  const next = steps[first + 1];
  const rest = next ? Math.floor((seconds % size) / next[1]) : 0;
  return count < 10 && rest > 0 && next ? `${count}${unit}${rest}${next[0]}` : `${count}${unit}`;
}
