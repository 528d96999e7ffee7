// SPDX-License-Identifier: Apache-2.0

import type { Pod } from '../kube/objects';
import { podState } from '../kube/podState';
import { seeded } from './random';
import type { Resources } from './world';

/** How many pods come to life beside those of the world, and how many changes a second they make. */
const launched = 50_000;
const perTick = 900;
const tickMs = 40;

/** Writes frames of docs/protocols/cells.md. */
class CellWriter {
  private readonly text = new TextEncoder();

  frame(type: number, payload: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(4 + payload.length);
    new DataView(bytes.buffer).setUint32(0, type | (payload.length << 8), true);
    bytes.set(payload, 4);
    return bytes;
  }

  hello(epoch: number): Uint8Array {
    const payload = new Uint8Array(16);
    const view = new DataView(payload.buffer);
    payload.set(this.text.encode('PCEL'));
    view.setUint16(4, 1, true);
    view.setBigInt64(8, BigInt(epoch), true);
    return this.frame(1, payload);
  }

  named(type: 3 | 4, number: number, name: string): Uint8Array {
    const size = type === 3 ? 2 : 4;
    const encoded = this.text.encode(name);
    const payload = new Uint8Array(size + encoded.length);
    const view = new DataView(payload.buffer);
    if (type === 3) view.setUint16(0, number, true);
    else view.setUint32(0, number, true);
    payload.set(encoded, size);
    return this.frame(type, payload);
  }

  changes(all: [cell: number, node: number, state: number, flags: number][], at: number): Uint8Array {
    const payload = new Uint8Array(12 * all.length);
    const view = new DataView(payload.buffer);
    all.forEach(([cell, node, state, flags], i) => {
      view.setUint32(12 * i, cell, true);
      view.setUint16(12 * i + 4, node, true);
      view.setUint8(12 * i + 6, state);
      view.setUint8(12 * i + 7, flags);
      view.setUint32(12 * i + 8, at, true);
    });
    return this.frame(2, payload);
  }

  bookmark(revision: number, initial: boolean): Uint8Array {
    const payload = new Uint8Array(9);
    new DataView(payload.buffer).setBigUint64(0, BigInt(revision), true);
    payload[8] = initial ? 1 : 0;
    return this.frame(5, payload);
  }
}

/** The pods of the world as cells, and then a launch of many more. */
export function fakeCells(resources: Resources, signal: AbortSignal | null): ReadableStream<Uint8Array> {
  const writer = new CellWriter();
  const random = seeded(11);
  let timer: ReturnType<typeof setInterval>;
  return new ReadableStream({
    start(controller) {
      controller.enqueue(writer.hello(Date.now()));
      const nodes = [...(resources.get('v1/nodes')?.values() ?? [])];
      for (const [i, node] of nodes.entries()) controller.enqueue(writer.named(3, i + 1, node.metadata?.name ?? ''));
      const pods = [...(resources.get('v1/pods')?.values() ?? [])] as Pod[];
      pods.forEach((pod, i) => {
        controller.enqueue(writer.named(4, i, `${pod.metadata?.namespace}/${pod.metadata?.name}`));
        const health = podState(pod).health;
        controller.enqueue(
          writer.changes(
            [[i, 1 + (i % nodes.length), pod.status?.phase === 'Pending' ? 1 : health === 'idle' ? 6 : health === 'bad' ? 7 : 5, 0]],
            0,
          ),
        );
      });
      controller.enqueue(writer.bookmark(1, true));
      const states = new Uint8Array(launched);
      let made = 0;
      const started = Date.now();
      timer = setInterval(() => {
        const batch: [number, number, number, number][] = [];
        for (let i = 0; i < perTick && made < launched; i++, made++) {
          controller.enqueue(writer.named(4, pods.length + made, `launch/wave-${made}`));
          states[made] = 1;
          batch.push([pods.length + made, 0, 1, 0]);
        }
        for (let i = 0; i < perTick * 4 && made > 0; i++) {
          const cell = Math.floor(random() * made);
          const state = states[cell] as number;
          if (state < 5) {
            states[cell] = state + 1;
            batch.push([pods.length + cell, 1 + (cell % nodes.length), state + 1, random() > 0.999 ? 1 : 0]);
          }
        }
        if (batch.length > 0) {
          controller.enqueue(writer.changes(batch, Date.now() - started));
          controller.enqueue(writer.bookmark(2, false));
        }
      }, tickMs);
      signal?.addEventListener('abort', () => clearInterval(timer));
    },
    cancel: () => clearInterval(timer),
  });
}
