// SPDX-License-Identifier: Apache-2.0

import { expect, type Page } from '@playwright/test';
import { overflow, seriousFindings } from '../support/page';

/** Whether pictures are taken: those of the documentation, and of all other looks into test-results/images. */
const takesPictures = process.env.PELAGO_UPDATE_IMAGES !== undefined;

/** The last one is how a test goes on. */
const looks = [
  { suffix: '-narrow-dark', colorScheme: 'dark', width: 390 },
  { suffix: '-narrow', colorScheme: 'light', width: 390 },
  { suffix: '-dark', colorScheme: 'dark', width: 1280 },
  { suffix: '', colorScheme: 'light', width: 1280 },
] as const;

export type Look = (typeof looks)[number]['suffix'];

/**
 * Looks at what is shown in light and dark, wide and narrow, without loading it again. `documented` are the looks of which the documentation has a picture.
 */
export async function lookAround(page: Page, name: string, documented: readonly Look[] = []): Promise<void> {
  for (const { suffix, colorScheme, width } of looks) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 844 });
    await drawn(page);
    expect.soft(await seriousFindings(page), name + suffix).toEqual([]);
    expect.soft(await overflow(page), name + suffix).toBeLessThanOrEqual(0);
    const folder = documented.includes(suffix) ? '../docs/images' : 'test-results/images';
    if (takesPictures) await page.screenshot({ path: `${folder}/${name}${suffix}.png` });
  }
}

/** What was measured and laid out anew is on the screen. */
function drawn(page: Page): Promise<void> {
  return page.evaluate(
    () => new Promise<void>(resolve => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))),
  );
}
