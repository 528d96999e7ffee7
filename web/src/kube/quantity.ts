// SPDX-License-Identifier: Apache-2.0

const suffixes: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6,
};

/** A Kubernetes quantity ("250m", "1.5Gi", "2e3") as a number; 0 for what is none. */
export function parseQuantity(text: string | number | undefined | null): number {
  if (text === undefined || text === null) return 0;
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([A-Za-z]{0,2})$/.exec(String(text).trim());
  const factor = match ? suffixes[match[2] ?? ''] : undefined;
  const value = match ? Number(match[1]) : Number.NaN;
  return factor === undefined || Number.isNaN(value) ? 0 : value * factor;
}

/** Cores for people: "12", "1.5", "250m". */
export function formatCores(cores: number): string {
  if (cores !== 0 && Math.abs(cores) < 1) return `${Math.round(cores * 1000)}m`;
  return trim(cores, 1);
}

/** Bytes for people, in powers of 1024: "512 MiB". */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${trim(value, value < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`;
}

/** Counts for people: "12,345". */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

export function formatPercent(part: number, whole: number): string {
  return whole > 0 ? `${Math.round((100 * part) / whole)} %` : 'none';
}

function trim(value: number, digits: number): string {
  return Number(value.toFixed(digits)).toLocaleString('en-US', { maximumFractionDigits: digits });
}
