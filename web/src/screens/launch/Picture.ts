// SPDX-License-Identifier: Apache-2.0

import type { CellSink } from '../../cells/CellReader';
import { lookFor, looks } from '../../cells/looks';

/** One pod of the picture, by its place. */
export interface ShownPod {
  cluster: string;
  name: string;
  node: string;
  look: number;
}

const growth = 4096;

/**
 * The pods of all clusters as places of one picture. A pod keeps its place as long as it is; one that is gone leaves it to the next. Arrays of
 * numbers, because there are tens of thousands and each may change many times a second.
 */
export class Picture {
  looks = new Uint8Array(growth);
  /** When each place changed last, in ms of the page's clock: what is new glows. */
  changed = new Float32Array(growth);
  count = 0;
  readonly counts = new Uint32Array(looks.length);
  /** Changes since it was begun. */
  changes = 0;
  /** How far behind the last change was when it came, in ms. */
  lag = 0;
  private readonly free: number[] = [];
  private readonly names: string[] = [];
  private readonly nodes: string[] = [];
  private readonly dirty: number[] = [];
  private all = true;

  constructor(private readonly now: () => number) {}

  pod(place: number): ShownPod | null {
    const key = this.names[place];
    const look = this.looks[place];
    if (!key || !look) return null;
    const [cluster = '', ...name] = key.split(' ');
    return { cluster, name: name.join(' '), node: this.nodes[place] ?? '', look };
  }

  /** The places that changed since the last call; null: all of them. */
  takeDirty(): number[] | null {
    if (this.all || this.dirty.length > this.count / 2) {
      this.all = false;
      this.dirty.length = 0;
      return null;
    }
    return this.dirty.splice(0);
  }

  markAll(): void {
    this.all = true;
  }

  /** Where the stream of a cluster draws. */
  sinkFor(cluster: string): CellSink {
    let places: number[] = [];
    let nodeNames: string[] = [];
    let epoch = 0;
    const byName = new Map<string, number>();
    let unseen: Set<string> | null = null;
    return {
      begin: at => {
        epoch = at;
        places = [];
        nodeNames = [];
        unseen = new Set(byName.keys());
      },
      node: (number, name) => {
        nodeNames[number] = name;
      },
      cell: (number, name) => {
        unseen?.delete(name);
        let place = byName.get(name);
        if (place === undefined) {
          place = this.take(`${cluster} ${name}`);
          byName.set(name, place);
        }
        places[number] = place;
      },
      change: (cell, node, state, flags, at) => {
        const place = places[cell] as number;
        const look = lookFor(state, flags);
        this.nodes[place] = nodeNames[node] ?? '';
        this.set(place, look);
        this.lag = Math.max(0, this.lag * 0.98 + (Date.now() - epoch - at) * 0.02);
        if (look === 0) {
          byName.delete((this.names[place] as string).slice(cluster.length + 1));
          this.release(place);
        }
      },
      bookmark: (_, endsInitialState) => {
        if (!endsInitialState || !unseen) return;
        // What this stream did not name does not exist any more.
        for (const name of unseen) {
          const place = byName.get(name) as number;
          byName.delete(name);
          this.set(place, 0);
          this.release(place);
        }
        unseen = null;
      },
      error: () => {},
    };
  }

  private take(key: string): number {
    const place = this.free.pop() ?? this.count++;
    if (place >= this.looks.length) this.grow();
    this.names[place] = key;
    this.looks[place] = 0;
    return place;
  }

  private set(place: number, look: number): void {
    const old = this.looks[place] as number;
    if (old > 0) this.counts[old] = (this.counts[old] as number) - 1;
    if (look > 0) this.counts[look] = (this.counts[look] as number) + 1;
    this.looks[place] = look;
    this.changed[place] = this.now();
    this.changes++;
    this.dirty.push(place);
  }

  private release(place: number): void {
    this.names[place] = '';
    this.free.push(place);
  }

  private grow(): void {
    const looksBefore = this.looks;
    const changedBefore = this.changed;
    this.looks = new Uint8Array(looksBefore.length * 2);
    this.changed = new Float32Array(changedBefore.length * 2);
    this.looks.set(looksBefore);
    this.changed.set(changedBefore);
    this.all = true;
  }
}
