// SPDX-License-Identifier: Apache-2.0

import { expect, type Page, test } from '@playwright/test';

/** Breaks off what is loaded of such a name, so many times; how often it was asked for. */
async function breakOff(page: Page, files: string, times: number): Promise<() => number> {
  let asked = 0;
  await page.route(files, route => (++asked <= times ? route.abort('connectionreset') : route.continue()));
  return () => asked;
}

test('the page comes though its program and its looks broke off on the way three times', async ({ page }) => {
  const asked = await breakOff(page, '**/assets/index-*.{js,css}', 6);
  await page.goto('/nodes');
  await expect(page.getByRole('heading', { level: 1, name: 'Nodes' })).toBeVisible({ timeout: 15_000 });
  expect(asked()).toBe(8);
});

test('a screen comes though its part of the program broke off on the way', async ({ page }) => {
  const asked = await breakOff(page, '**/assets/Jobs-*.js', 1);
  await page.goto('/');
  await page.getByRole('link', { name: 'Jobs' }).click();
  await expect(page.getByText('backup').first()).toBeVisible();
  expect(asked()).toBe(2);
});

test('a page that does not come says so after some tries', async ({ page }) => {
  const asked = await breakOff(page, '**/assets/index-*.js', 100);
  await page.goto('/');
  await expect(page.getByText('A part of this page could not be loaded')).toBeVisible();
  expect(asked()).toBe(4);
});
