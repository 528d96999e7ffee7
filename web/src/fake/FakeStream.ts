// SPDX-License-Identifier: Apache-2.0

import type { KubeObject } from '../kube/objects';
import type { Frame, RowsFrame, SubscriptionSpec } from '../stream/frames';
import { compareValues, evaluate } from './columns';
import type { World } from './world';

type Told = Map<string, { id: number; cluster: string; values: unknown[]; text: string }>;

interface Watched {
  spec: SubscriptionSpec;
  told: Told;
  order: string;
  nextId: number;
  total: number;
  matched: number;
}

/** One stream of the fake hub: it compares what it told with what is, whenever it is asked to. */
export class FakeStream {
  private readonly subscriptions = new Map<string, Watched>();
  private n = 1;
  private backlog: Frame[] = [];
  private reader: ((frame: Frame) => void) | null = null;

  constructor(
    readonly id: string,
    private readonly world: World,
    private readonly hanging: ReadonlySet<string>,
  ) {}

  get reading(): boolean {
    return this.reader !== null;
  }

  connect(reader: (frame: Frame) => void, after: number): void {
    this.reader = reader;
    for (const frame of this.backlog) if (!('n' in frame) || frame.n > after) reader(frame);
  }

  disconnect(): void {
    this.reader = null;
  }

  control(body: {
    add?: ({ id: string } & SubscriptionSpec)[];
    change?: ({ id: string } & Partial<SubscriptionSpec>)[];
    remove?: string[];
  }): void {
    for (const id of body.remove ?? []) this.subscriptions.delete(id);
    for (const { id, ...spec } of body.add ?? []) {
      this.subscriptions.set(id, { spec, told: new Map(), order: '', nextId: 1, total: -1, matched: -1 });
      for (const cluster of this.clustersOf(spec)) {
        const state = this.hanging.has(cluster) ? 'connecting' : 'live';
        this.tell({
          t: 'status',
          n: this.n++,
          sub: id,
          cluster,
          state,
          ...(state === 'connecting' && { message: `${cluster} has not answered yet` }),
        });
      }
      this.refresh(id);
    }
    for (const { id, ...window } of body.change ?? []) {
      const watched = this.subscriptions.get(id);
      if (!watched) continue;
      watched.spec = { ...watched.spec, ...window };
      this.refresh(id);
    }
  }

  refreshAll(): void {
    for (const id of this.subscriptions.keys()) this.refresh(id);
  }

  send(frame: Frame): void {
    this.tell(frame);
  }

  /** What differs between what was told of a subscription and what is. */
  private refresh(id: string): void {
    const watched = this.subscriptions.get(id) as Watched;
    const { spec, told } = watched;
    const all = this.rowsOf(spec);
    const words = (spec.filter ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const matching = all.filter(row =>
      words.every(word =>
        row.values.some(value =>
          String(value ?? '')
            .toLowerCase()
            .includes(word),
        ),
      ),
    );
    if (spec.limit !== undefined) {
      matching.sort((a, b) => {
        for (const { column, descending } of spec.sort ?? []) {
          const order = compareValues(a.values[column], b.values[column]);
          if (order !== 0) return descending ? -order : order;
        }
        return 0;
      });
    }
    const offset = spec.offset ?? 0;
    const shown = spec.limit === undefined ? matching : matching.slice(offset, offset + spec.limit);
    const frame: RowsFrame = { t: 'rows', n: this.n, sub: id };
    const seen = new Set<string>();
    for (const { key, cluster, values } of shown) {
      seen.add(key);
      const text = JSON.stringify(values);
      const old = told.get(key);
      if (!old) {
        const row = { id: watched.nextId++, cluster, values, text };
        told.set(key, row);
        frame.put ??= [];
        frame.put.push([row.id, cluster, ...values]);
      } else if (old.text !== text) {
        const pairs = values.flatMap((value, i) => (JSON.stringify(value) === JSON.stringify(old.values[i]) ? [] : [i, value]));
        told.set(key, { ...old, values, text });
        frame.set ??= [];
        frame.set.push([old.id, ...pairs]);
      }
    }
    for (const [key, row] of told) {
      if (seen.has(key)) continue;
      told.delete(key);
      frame.del ??= [];
      frame.del.push(row.id);
    }
    const order = shown.map(row => (told.get(row.key) as { id: number }).id);
    if (spec.limit !== undefined && watched.order !== order.join()) {
      frame.order = order;
      watched.order = order.join();
    }
    if (watched.total !== all.length) frame.total = watched.total = all.length;
    if (watched.matched !== matching.length) frame.matched = watched.matched = matching.length;
    if (frame.put || frame.set || frame.del || frame.order || frame.total !== undefined || frame.matched !== undefined) {
      this.n++;
      this.tell(frame);
    }
  }

  private rowsOf(spec: SubscriptionSpec): { key: string; cluster: string; values: unknown[] }[] {
    const rows: { key: string; cluster: string; values: unknown[] }[] = [];
    for (const cluster of this.clustersOf(spec)) {
      if (this.hanging.has(cluster)) continue;
      for (const [key, object] of this.world.clusters.get(cluster)?.get(spec.resource) ?? []) {
        if (spec.namespace && object.metadata?.namespace !== spec.namespace) continue;
        if (!matchesLabels(object, spec.labelSelector) || !matchesFields(object, spec.fieldSelector)) continue;
        rows.push({ key: `${cluster}/${key}`, cluster, values: spec.columns.map(column => evaluate(column, object)) });
      }
    }
    return spec.group ? groupRows(rows, spec.group) : rows;
  }

  private clustersOf(spec: SubscriptionSpec): string[] {
    const all = [...this.world.clusters.keys(), ...this.hanging];
    return spec.clusters.includes('*') ? all : all.filter(cluster => spec.clusters.includes(cluster));
  }

  private tell(frame: Frame): void {
    this.backlog.push(frame);
    if (this.backlog.length > 500) this.backlog = this.backlog.slice(-250);
    this.reader?.(frame);
  }
}

function groupRows(rows: { cluster: string; values: unknown[] }[], group: number[]): { key: string; cluster: string; values: unknown[] }[] {
  const groups = new Map<string, { key: string; cluster: string; values: unknown[] }>();
  for (const row of rows) {
    const key = JSON.stringify([row.cluster, ...group.map(column => row.values[column])]);
    const found = groups.get(key);
    if (!found) {
      groups.set(key, {
        key,
        cluster: row.cluster,
        values: [...row.values.map((value, i) => (group.includes(i) ? value : Number(value) || 0)), 1],
      });
      continue;
    }
    found.values = found.values.map((value, i) =>
      group.includes(i) ? value : (value as number) + (i < row.values.length ? Number(row.values[i]) || 0 : 1),
    );
  }
  return [...groups.values()];
}

function matchesLabels(object: KubeObject, selector = ''): boolean {
  return selector
    .split(',')
    .filter(Boolean)
    .every(term => {
      const [key = '', value = ''] = term.split('=');
      return object.metadata?.labels?.[key] === value;
    });
}

function matchesFields(object: KubeObject, selector = ''): boolean {
  return selector
    .split(',')
    .filter(Boolean)
    .every(term => {
      const [path = '', value = ''] = term.split('=');
      return String(evaluate(`.${path}`, object) ?? '') === value;
    });
}
