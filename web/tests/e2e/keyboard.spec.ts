// SPDX-License-Identifier: Apache-2.0

import { expect, test } from '@playwright/test';

test.use({ viewport: { width: 1280, height: 844 } });

test('by keys alone one filters tasks, opens one, reads its log and deletes it', async ({ page }) => {
  await page.goto('/workloads?view=tasks&still=1');
  const grid = page.getByRole('grid', { name: 'Tasks' });
  await expect(grid.getByRole('row').nth(3)).toBeVisible();

  await page.getByRole('searchbox', { name: 'Filter tasks' }).focus();
  await page.keyboard.type('kafka-0 local');
  await expect(grid).toHaveAttribute('aria-rowcount', '2');
  await grid.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'kafka-0' })).toBeVisible();

  await page.getByRole('tab', { name: 'Overview' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText('accepted connection from').first()).toBeVisible();

  await page.getByRole('button', { name: 'Delete' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('delete pod kafka-0')).toBeVisible();
  await dialog.getByRole('button', { name: 'Delete' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('There is no task kafka-0')).toBeVisible();
});

test('a dialog gives the focus back when it is closed', async ({ page }) => {
  await page.goto('/nodes/local/local-1?still=1');
  await page.getByRole('button', { name: 'Drain' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('checkbox').focus();
  await page.keyboard.press('Space');
  await expect(dialog.getByText('--force')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Drain' })).toBeFocused();
});

test('by keys alone one removes a secret, keeps it after all, and sees in the review that it goes', async ({ page }) => {
  await page.goto('/catalog?package=kafka&change=local/stream/messages&tab=options&still=1');
  const remove = page.getByRole('button', { name: 'Remove the value of password' });
  const keep = page.getByRole('button', { name: 'Keep the value of password' });
  await remove.focus();
  await page.keyboard.press('Enter');
  await expect(keep).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(remove).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText('is removed by this change')).toBeVisible();

  await page.getByRole('tab', { name: 'Options', exact: true }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('list', { name: 'Secrets that are removed' })).toContainText('service.password');
  await expect(page.getByText('--set service.password=')).toBeVisible();
});

test('100,000 rows scroll, and only those in sight exist', async ({ page }) => {
  await page.goto('/workloads?view=tasks&still=1&calm=1&pods=33400');
  const grid = page.getByRole('grid', { name: 'Tasks' });
  await expect(grid).toHaveAttribute('aria-rowcount', /^100\d{3}$/, { timeout: 30_000 });
  await grid.focus();
  await page.keyboard.press('End');
  await expect(grid.locator('[aria-selected="true"]').first()).toBeVisible();
  expect(await grid.getByRole('row').count()).toBeLessThan(120);

  await expect(grid.locator('.awaited')).toHaveCount(0);
  await grid.getByRole('button', { name: 'Restarts' }).click();
  await expect(grid.locator('[aria-rowindex="2"]')).toBeInViewport();
  await expect(grid.locator('.awaited')).toHaveCount(0);
  await expect(grid.locator('[aria-selected="true"]')).toHaveCount(0);
});
