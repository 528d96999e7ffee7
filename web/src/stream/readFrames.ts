// SPDX-License-Identifier: Apache-2.0

import { type Frame, LineReader } from './frames';

interface Reading {
  silenceMs: number;
  now(): number;
  stop: AbortSignal;
}

/** How long frames are worked on before the browser gets its turn: half of what a drawing has at 60 a second. */
const turnMs = 8;

/**
 * The frames of a response. Nothing more is read from the network while frames are worked on, so a tab that is slow makes the hub wait,
 * which then tells it less: that is the stream's back-pressure.
 */
export async function* readFrames(body: ReadableStream<Uint8Array>, { silenceMs, now, stop }: Reading): AsyncGenerator<Frame> {
  const reader = body.getReader();
  const lines = new LineReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = () =>
    new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`nothing was heard of the hub for ${silenceMs / 1000} s`)), silenceMs);
    });
  const cancel = () => void reader.cancel().catch(() => {});
  stop.addEventListener('abort', cancel);
  try {
    while (!stop.aborted) {
      const { done, value } = await Promise.race([reader.read(), silence()]).finally(() => clearTimeout(timer));
      if (done) return;
      let turn = now();
      for (const line of lines.read(value)) {
        yield JSON.parse(line) as Frame;
        if (now() - turn > turnMs) {
          await new Promise(resolve => setTimeout(resolve, 0));
          turn = now();
        }
      }
    }
  } finally {
    stop.removeEventListener('abort', cancel);
    cancel();
  }
}
