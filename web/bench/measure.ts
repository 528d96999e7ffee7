// SPDX-License-Identifier: Apache-2.0

import type { Page } from '@playwright/test';

/** Pictures a second that the page draws while this goes on, and the longest that one stood, in ms. */
export async function drawing(page: Page, seconds: number, scrolled = ''): Promise<{ fps: number; longestMs: number }> {
  return page.evaluate(
    ([ms, selector]) =>
      new Promise<{ fps: number; longestMs: number }>(resolve => {
        const scroller = selector ? document.querySelector(selector as string) : null;
        const begun = performance.now();
        let before = begun;
        let frames = 0;
        let longest = 0;
        const draw = (now: number) => {
          frames++;
          longest = Math.max(longest, now - before);
          before = now;
          if (scroller) scroller.scrollTop += 150;
          if (now - begun < (ms as number)) requestAnimationFrame(draw);
          else resolve({ fps: (frames * 1000) / (now - begun), longestMs: longest });
        };
        requestAnimationFrame(draw);
      }),
    [seconds * 1000, scrolled] as const,
  );
}

/** What the tab's scripts hold, in MiB, garbage taken away first. */
export async function heapMiB(page: Page): Promise<number> {
  const debug = await page.context().newCDPSession(page);
  await debug.send('HeapProfiler.collectGarbage');
  const { usedSize } = await debug.send('Runtime.getHeapUsage');
  await debug.detach();
  return usedSize / (1 << 20);
}

interface Sight {
  selector: string;
  /** A pattern that its text has. */
  text?: string;
  /** How many of them. */
  least?: number;
}

/** From the moment that the page was asked for until this is in it, in ms of the page's own clock. */
export async function shownAfter(page: Page, url: string, sight: Sight): Promise<number> {
  await page.goto(url, { waitUntil: 'commit' });
  return shownAt(page, sight);
}

/** When this is in the page that was asked for before, in ms of its clock. */
export async function shownAt(page: Page, sight: Sight): Promise<number> {
  const shown = await page.waitForFunction(
    ({ selector, text = '', least = 1 }) => {
      const found = [...document.querySelectorAll(selector)].filter(element => new RegExp(text).test(element.textContent ?? ''));
      return found.length >= least ? performance.now() : 0;
    },
    sight,
    { timeout: 120_000, polling: 'raf' },
  );
  return (await shown.jsonValue()) as number;
}
