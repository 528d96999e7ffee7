// SPDX-License-Identifier: Apache-2.0

import { looks } from '../../cells/looks';
import type { Picture } from './Picture';

export interface Layout {
  /** In device pixels, and what is between two of them. Where cells are small they may be wider than high, to use the room. */
  cell: number;
  high: number;
  gap: number;
  across: number;
  width: number;
  height: number;
}

/** Cells as large as fit, at most 18 px; at least 2, where the rest is below the rim. */
export function layoutFor(count: number, width: number, height: number, scale: number): Layout {
  const wide = Math.max(1, Math.floor(width * scale));
  const high = Math.max(1, Math.floor(height * scale));
  let pitch = Math.min(Math.floor(18 * scale), Math.floor(Math.sqrt((wide * high) / Math.max(1, count))));
  while (pitch > 2 && Math.floor(wide / pitch) * Math.floor(high / pitch) < count) pitch--;
  pitch = Math.max(2, pitch);
  const gap = pitch >= 10 ? 2 : pitch >= 4 ? 1 : 0;
  const wider = Math.floor(wide / (pitch + 1)) * Math.floor(high / pitch) >= count && pitch < 6 ? pitch + 1 : pitch;
  return { cell: wider - gap, high: pitch - gap, gap, across: Math.max(1, Math.floor(wide / wider)), width: wide, height: high };
}

export function placeAt(layout: Layout, x: number, y: number, scale: number): number {
  const column = Math.floor((x * scale) / (layout.cell + layout.gap));
  const row = Math.floor((y * scale) / (layout.high + layout.gap));
  return column < 0 || column >= layout.across || row < 0 ? -1 : row * layout.across + column;
}

/** Colours as the words of pixels that ImageData holds. */
export function palette(dark: boolean): Uint32Array {
  return Uint32Array.from(looks, look => wordOf(dark ? look.dark : look.light));
}

export function wordOf(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map(at => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
  return (255 << 24) | (blue << 16) | (green << 8) | red;
}

/** Writes cells into the pixels: those of the places, or all when there are none. */
export function paint(
  pixels: Uint32Array,
  layout: Layout,
  picture: Picture,
  colours: Uint32Array,
  background: number,
  places: number[] | null,
): void {
  if (places === null) {
    pixels.fill(background);
    for (let place = 0; place < picture.count; place++)
      paintCell(pixels, layout, place, picture.looks[place] as number, colours, background);
    return;
  }
  for (const place of places) paintCell(pixels, layout, place, picture.looks[place] as number, colours, background);
}

function paintCell(pixels: Uint32Array, layout: Layout, place: number, look: number, colours: Uint32Array, background: number): void {
  const x = (place % layout.across) * (layout.cell + layout.gap);
  const y = Math.floor(place / layout.across) * (layout.high + layout.gap);
  if (y + layout.high > layout.height) return;
  const colour = look === 0 ? background : (colours[look] as number);
  for (let line = 0; line < layout.high; line++) {
    const at = (y + line) * layout.width + x;
    pixels.fill(colour, at, at + layout.cell);
  }
}
