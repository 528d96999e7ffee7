// SPDX-License-Identifier: Apache-2.0

import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { looks } from '../../cells/looks';
import type { Picture, ShownPod } from './Picture';
import { type Layout, layoutFor, paint, palette, placeAt, wordOf } from './paint';

interface Props {
  picture: Picture;
  dark: boolean;
  count: number;
  onOpen(place: number): void;
}

/** Draws at most this often; the rest of the time is the reader's. */
const frameMs = 33;

/** The picture on a canvas: only cells that changed are written, and the pixels go to the screen once a frame. */
export function CellCanvas({ picture, dark, count, onOpen }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const layout = useRef<Layout | null>(null);
  const [pointed, setPointed] = useState<{ pod: ShownPod; x: number; y: number } | null>(null);

  useEffect(() => {
    const element = canvas.current;
    const around = frame.current;
    const context = element?.getContext('2d', { alpha: false });
    if (!element || !around || !context) return;
    const colours = palette(dark);
    const background = wordOf(dark ? '#0f1a23' : '#ffffff');
    let image: ImageData | null = null;
    let pixels = new Uint32Array(0);
    let room = 0;
    let last = 0;
    let running = true;
    picture.markAll();
    const draw = (at: number) => {
      if (!running) return;
      requestAnimationFrame(draw);
      if (at - last < frameMs) return;
      last = at;
      const scale = devicePixelRatio || 1;
      const { clientWidth, clientHeight } = around;
      // Room for some more, so that the picture is not laid out anew with each pod.
      if (
        !image ||
        picture.count > room ||
        element.width !== Math.floor(clientWidth * scale) ||
        element.height !== Math.floor(clientHeight * scale)
      ) {
        room = Math.max(64, picture.count > room ? Math.ceil(picture.count * 1.15) : room);
        layout.current = layoutFor(room, clientWidth, clientHeight, scale);
        element.width = layout.current.width;
        element.height = layout.current.height;
        image = context.createImageData(element.width, element.height);
        pixels = new Uint32Array(image.data.buffer);
        picture.markAll();
      }
      const dirty = picture.takeDirty();
      if (dirty?.length === 0) return;
      paint(pixels, layout.current as Layout, picture, colours, background, dirty);
      context.putImageData(image, 0, 0);
    };
    requestAnimationFrame(draw);
    return () => {
      running = false;
    };
  }, [picture, dark]);

  const place = (event: PointerEvent) => {
    const box = canvas.current?.getBoundingClientRect();
    return box && layout.current ? placeAt(layout.current, event.clientX - box.left, event.clientY - box.top, devicePixelRatio || 1) : -1;
  };
  const point = (event: PointerEvent) => {
    const box = canvas.current?.getBoundingClientRect();
    const pod = picture.pod(place(event));
    setPointed(pod && box ? { pod, x: event.clientX - box.left, y: event.clientY - box.top } : null);
  };
  return (
    <div className="cells" ref={frame}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${count} tasks as cells; their numbers by state are in the list beside`}
        onPointerMove={point}
        onPointerLeave={() => setPointed(null)}
        onPointerUp={event => onOpen(place(event))}
      />
      {pointed && (
        <div className="pointed" style={{ left: pointed.x, top: pointed.y }} aria-hidden="true">
          <strong>{pointed.pod.name}</strong>
          <span>
            {looks[pointed.pod.look]?.name}
            {pointed.pod.node && `, ${pointed.pod.node}`}
            {`, ${pointed.pod.cluster}`}
          </span>
        </div>
      )}
    </div>
  );
}
