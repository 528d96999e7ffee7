// SPDX-License-Identifier: Apache-2.0

import { expect, type Page, test } from '@playwright/test';
import { listen } from '../support/page';
import { type Look, lookAround } from './looks';
import { at } from './origin';

const cluster = 'pelago-1';

/** Its address, a text that it shows, and the looks of which the documentation has a picture. */
type Screen = [path: string, shown: string, documented: Look[]];

/** A node's kernel, a prompt's host: no pictures for others. */
const none: Look[] = [];

const screens: Record<string, Screen> = {
  dashboard: ['/', 'CrashLoopBackOff', ['', '-dark', '-narrow']],
  workloads: ['/workloads', 'orders-db', ['']],
  tasks: ['/workloads?view=tasks', 'orders-db-0', ['', '-dark', '-narrow']],
  workload: [`/workloads/${cluster}/stream/StatefulSet/kafka`, 'kafka-0', ['']],
  task: [`/tasks/${cluster}/shop/orders-db-0`, 'Containers', ['']],
  log: [`/tasks/${cluster}/stream/kafka-0?tab=log`, 'flushed segment', ['', '-narrow']],
  files: [`/tasks/${cluster}/stream/kafka-0?tab=files`, 'started.txt', ['']],
  shell: [`/tasks/${cluster}/stream/kafka-0?tab=shell`, 'Shell', none],
  nodes: ['/nodes', 'node-1', ['', '-narrow']],
  rings: ['/nodes?view=grid', 'node-1', ['']],
  node: [`/nodes/${cluster}/node-1`, 'What its tasks ask for', none],
  launch: [`/launch?cluster=${cluster}`, 'Changes a second', ['', '-dark']],
  catalog: ['/catalog', 'hello-world', ['']],
  package: ['/catalog?package=nginx', 'Licence', ['']],
  options: ['/catalog?package=hello-world&tab=options', 'What it says.', ['', '-narrow']],
  review: [`/catalog?package=hello-world&tab=review&cluster=${cluster}`, 'Deployment', ['', '-dark', '-narrow']],
  jobs: ['/jobs', 'nightly-report', ['']],
  history: ['/history', 'report-', ['']],
  settings: ['/settings', 'Package repositories', ['', '-dark']],
};

/** Says something to the shell and sees its answer, also in colours that are set one by one. */
async function askShell(page: Page): Promise<void> {
  const terminal = page.getByRole('region', { name: 'Shell in main' });
  await expect.soft(terminal.getByText(/[#$]/).first(), 'shell').toBeVisible();
  await terminal.getByRole('textbox').focus();
  await page.keyboard.type('ls -l; echo $((6 * 7)) files\n');
  await expect.soft(terminal.getByText('42 files').last(), 'shell').toBeVisible();
  await page.keyboard.type('printf \'\\033[38;2;10;200;30m%s\\033[0m\\n\' of""24bits\n');
  const coloured = terminal.locator('.xterm-rows span').filter({ hasText: 'of24bits' }).last();
  await expect.soft(coloured, 'shell').toHaveCSS('color', 'rgb(10, 200, 30)');
  const input = terminal.getByRole('textbox');
  await expect.soft(input, 'shell').toHaveAccessibleDescription(/Escape, then Tab/);
  await page.keyboard.press('Tab');
  await expect.soft(input, 'shell').toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await expect.soft(terminal.locator(':focus'), 'shell').toHaveCount(0);
}

test('the screens show what the hub knows, without complaint, light and dark, wide and narrow', async ({ page }) => {
  test.setTimeout(420_000);
  const faults = listen(page);
  for (const [name, [path, shown, documented]] of Object.entries(screens)) {
    await test.step(name, async () => {
      await page.goto(at(path));
      await expect.soft(page.locator('main').getByText(shown).first(), name).toBeVisible();
      if (name === 'dashboard') await expect.soft(page.locator('.timechart canvas').last(), name).toBeVisible();
      if (name === 'shell') await askShell(page);
      await expect.soft(page.locator('h1'), name).toHaveCount(1);
      await lookAround(page, name, documented);
      expect.soft(faults.splice(0), name).toEqual([]);
    });
  }
});
