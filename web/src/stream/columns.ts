// SPDX-License-Identifier: Apache-2.0

import type { SortKey } from './frames';
import type { Row } from './RowSet';

/** The columns of a subscription by name, so that no screen counts indexes. */
export class Columns<K extends string> {
  readonly names: readonly K[];
  readonly paths: string[];
  private readonly index: ReadonlyMap<K, number>;

  constructor(paths: Record<K, string>) {
    this.names = Object.keys(paths) as K[];
    this.paths = Object.values(paths);
    this.index = new Map(this.names.map((name, i) => [name, i]));
  }

  at(name: K): number {
    return this.index.get(name) as number;
  }

  get(row: Row, name: K): unknown {
    return row.values[this.at(name)];
  }

  text(row: Row, name: K): string {
    const value = this.get(row, name);
    return value === null || value === undefined ? '' : String(value);
  }

  number(row: Row, name: K): number {
    const value = this.get(row, name);
    return typeof value === 'number' ? value : 0;
  }

  list(row: Row, name: K): unknown[] {
    const value = this.get(row, name);
    return Array.isArray(value) ? value : [];
  }

  /** How many objects a row of a grouped subscription stands for. */
  count(row: Row): number {
    const value = row.values[this.paths.length];
    return typeof value === 'number' ? value : 0;
  }

  /** By a column that an address may have named: one that is none sorts by nothing. */
  sort(name: string, descending: boolean): SortKey[] {
    const column = this.index.get(name as K);
    return column === undefined ? [] : [{ column, descending }];
  }

  group(...names: K[]): number[] {
    return names.map(name => this.at(name));
  }
}
