// SPDX-License-Identifier: Apache-2.0

import { expect, test } from '@playwright/test';
import { at } from './origin';

test.use({ storageState: { cookies: [], origins: [] } });

test('a link that was used lets nobody in, and says how to get another one', async ({ page }) => {
  await page.goto(process.env.PELAGO_PAGE_USED_LINK as string);
  await expect(page.getByText('used already')).toBeVisible();
  await expect(page.getByText('pelago dashboard').first()).toBeVisible();
  expect(page.url()).not.toContain('login=');
});

test('without a session nothing is shown, whatever the address names', async ({ page }) => {
  await page.goto(at('/workloads?view=tasks'));
  await expect(page.getByText('pelago dashboard').first()).toBeVisible();
  await expect(page.getByRole('grid')).toHaveCount(0);
});
