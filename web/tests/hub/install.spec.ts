// SPDX-License-Identifier: Apache-2.0

import { expect, type Locator, type Page, test } from '@playwright/test';
import { listen } from '../support/page';
import { lookAround } from './looks';
import { at } from './origin';

test.use({ viewport: { width: 1280, height: 844 } });

/** Goes on with Tab, as who has no mouse does, until the focus is where it should be. */
async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await expect(target).toBeVisible();
  for (let i = 0; i < 120; i++) {
    if (await target.evaluate(element => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Tab does not lead to ${target}`);
}

async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

test('by keys alone a package is installed, watched, read, upgraded, rolled back and removed', async ({ page }) => {
  test.setTimeout(240_000);
  const faults = listen(page);
  await page.goto(at('/?cluster=pelago-1'));
  await press(page, page.getByRole('link', { name: 'Catalog' }));
  await tabTo(page, page.getByRole('searchbox', { name: 'Search packages' }));
  await page.keyboard.type('hello');
  await press(page, page.getByRole('link', { name: /hello-world/ }));
  await tabTo(page, page.getByRole('combobox', { name: 'Version' }));
  await page.keyboard.type('1.0');
  await expect(page).toHaveURL(/version=1\.0/);

  await tabTo(page, page.getByRole('tab', { name: 'About' }));
  await page.keyboard.press('ArrowRight');
  await tabTo(page, page.getByRole('textbox', { name: 'greeting' }));
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('good day');
  await tabTo(page, page.getByRole('tab', { name: 'Options', exact: true }), 'Shift+Tab');
  await page.keyboard.press('ArrowRight');
  await tabTo(page, page.getByRole('textbox', { name: 'Name' }));
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('hi');
  await expect(page.getByText('--app-id hi')).toBeVisible();
  await expect(
    page.getByRole('region', { name: 'Changes on pelago-1' }).getByRole('listitem').filter({ hasText: 'Deployment' }),
  ).toBeVisible();
  await expect(page.getByText(`--set 'greeting=good day'`)).toBeVisible();
  await press(page, page.getByRole('button', { name: 'Install' }));

  await expect(page.getByRole('heading', { level: 1, name: 'hi' })).toBeVisible();
  const standing = page.locator('.standing');
  await expect(standing).toHaveText('Healthy', { timeout: 60_000 });
  await press(page, page.getByRole('link', { name: /^hi-/ }).first());
  await tabTo(page, page.getByRole('tab', { name: 'Overview' }));
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText('listening on port 8080').first()).toBeVisible();
  await press(page, page.getByRole('link', { name: 'Installations' }));
  await tabTo(page, page.getByRole('grid', { name: 'Installations' }));
  await lookAround(page, 'installations', ['']);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');

  await press(page, page.getByRole('link', { name: 'Change or upgrade' }));
  await tabTo(page, page.getByRole('tab', { name: 'Options' }));
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText('--reset-options')).toBeVisible();
  await press(page, page.getByRole('button', { name: 'Change to 1.1' }));
  await expect(page.getByRole('region', { name: 'hello-world 1.1' })).toBeVisible();
  await expect(standing).toHaveText('Healthy', { timeout: 60_000 });
  await lookAround(page, 'installation', ['', '-dark', '-narrow']);

  await press(page, page.getByRole('button', { name: 'Roll back' }));
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('From hello-world 1.1 to 1.0')).toBeVisible();
  await expect(dialog.getByText('pelago package rollback hi 1')).toBeVisible();
  await lookAround(page, 'rollback', ['', '-narrow']);
  await press(page, dialog.getByRole('button', { name: 'Roll back' }));
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('region', { name: 'hello-world 1.0' })).toBeVisible();
  await expect(standing).toHaveText('Healthy', { timeout: 60_000 });

  await press(page, page.getByRole('button', { name: 'Uninstall' }));
  await expect(dialog.getByText('pelago package uninstall hi')).toBeVisible();
  await press(page, dialog.getByRole('button', { name: 'Uninstall' }));
  await expect(page.getByRole('heading', { level: 1, name: 'Installations' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'hi', exact: true })).toHaveCount(0, { timeout: 60_000 });
  expect(faults).toEqual([]);
});
