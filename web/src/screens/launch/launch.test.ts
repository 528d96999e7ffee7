// SPDX-License-Identifier: Apache-2.0

import { expect, it } from 'vitest';
import { CellState } from '../../cells/CellReader';
import { lookOf } from '../../cells/looks';
import { Picture } from './Picture';
import { layoutFor, paint, palette, placeAt, wordOf } from './paint';

function told(picture: Picture, names: string[], state: number = CellState.Ready) {
  const sink = picture.sinkFor('local');
  sink.begin(Date.now());
  sink.node(1, 'n1');
  names.forEach((name, i) => {
    sink.cell(i, name);
    sink.change(i, 1, state, 0, 0);
  });
  return sink;
}

it('gives a pod a place that it keeps, and the place of one that is gone to the next', () => {
  const picture = new Picture(() => 0);
  const sink = told(picture, ['a/x', 'a/y']);
  expect(picture.pod(1)).toEqual({ cluster: 'local', name: 'a/y', node: 'n1', look: lookOf.ready });

  sink.change(0, 1, CellState.Gone, 0, 1);
  expect(picture.pod(0)).toBeNull();
  sink.cell(0, 'a/z');
  sink.change(0, 0, CellState.Pending, 0, 2);

  expect(picture.pod(0)).toMatchObject({ name: 'a/z', look: lookOf.pending });
  expect(picture.count).toBe(2);
  expect([picture.counts[lookOf.ready], picture.counts[lookOf.pending]]).toEqual([1, 1]);
});

it('takes away, when a stream began anew, what the new one did not name', () => {
  const picture = new Picture(() => 0);
  const sink = told(picture, ['a/x', 'a/y']);

  sink.begin(Date.now());
  sink.cell(0, 'a/y');
  sink.change(0, 0, CellState.Failed, 0, 0);
  sink.bookmark(5n, true);

  expect(picture.pod(0)).toBeNull();
  expect(picture.pod(1)).toMatchObject({ name: 'a/y', look: lookOf.failed });
});

it('tells which places changed, all of them to begin with', () => {
  const picture = new Picture(() => 0);
  const sink = told(
    picture,
    Array.from({ length: 100 }, (_, i) => `a/${i}`),
  );
  expect(picture.takeDirty()).toBeNull();
  sink.change(3, 1, CellState.Failed, 0, 0);
  expect(picture.takeDirty()).toEqual([3]);
  expect(picture.takeDirty()).toEqual([]);
});

it('finds room for every cell, however many there are', () => {
  for (const [count, width, height] of [
    [1, 300, 200],
    [50_000, 1000, 600],
    [50_000, 360, 500],
  ] as const) {
    const layout = layoutFor(count, width, height, 1);
    const pitch = layout.high + layout.gap;
    if (pitch > 2) expect(layout.across * Math.floor(height / pitch)).toBeGreaterThanOrEqual(count);
    expect(layout.across * (layout.cell + layout.gap)).toBeLessThanOrEqual(width);
    expect(pitch).toBeLessThanOrEqual(18);
  }
});

it('paints a cell where it is pointed at', () => {
  const picture = new Picture(() => 0);
  told(picture, ['a/x', 'a/y', 'a/z']);
  const layout = layoutFor(4, 36, 36, 1);
  const pixels = new Uint32Array(layout.width * layout.height);
  paint(pixels, layout, picture, palette(false), wordOf('#ffffff'), null);

  const pitch = layout.cell + layout.gap;
  expect(pixels[0]).toBe(wordOf('#18945a') >>> 0);
  expect(pixels[pitch * layout.width + pitch]).toBe(wordOf('#ffffff') >>> 0);
  expect(placeAt(layout, 1, 1, 1)).toBe(0);
  expect(placeAt(layout, pitch + 1, 1, 1)).toBe(1);
  expect(placeAt(layout, 1, pitch + 1, 1)).toBe(2);
});
