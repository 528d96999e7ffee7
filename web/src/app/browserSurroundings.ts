// SPDX-License-Identifier: Apache-2.0

import type { Hub } from '../api/http';
import type { StreamSurroundings } from '../stream/StreamClient';

/** The stream's surroundings in a browser. */
export function browserSurroundings(hub: Hub, fetcher: typeof fetch): StreamSurroundings {
  return {
    fetch: fetcher,
    csrf: () => hub.session?.csrf ?? '',
    // A tab in the background draws nothing, but its title and its tests still want to know.
    beforeDrawing: callback => (document.hidden ? setTimeout(callback, 250) : requestAnimationFrame(callback)),
    now: () => performance.now(),
    random: Math.random,
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, ms);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(signal.reason as Error);
        });
      }),
  };
}
