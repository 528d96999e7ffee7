// SPDX-License-Identifier: Apache-2.0

import { expect, type Page, test } from '@playwright/test';
import { listen, overflow, seriousFindings } from '../support/page';
import { images } from './images';
import { at } from './origin';

const cluster = 'pelago-1';

const screens = {
  dashboard: ['/', 'CrashLoopBackOff'],
  workloads: ['/workloads', 'orders-db'],
  tasks: ['/workloads?view=tasks', 'orders-db-0'],
  workload: [`/workloads/${cluster}/stream/StatefulSet/kafka`, 'kafka-0'],
  task: [`/tasks/${cluster}/shop/orders-db-0`, 'Containers'],
  log: [`/tasks/${cluster}/stream/kafka-0?tab=log`, 'flushed segment'],
  files: [`/tasks/${cluster}/stream/kafka-0?tab=files`, 'started.txt'],
  shell: [`/tasks/${cluster}/stream/kafka-0?tab=shell`, 'Shell'],
  nodes: ['/nodes', 'node-1'],
  rings: ['/nodes?view=grid', 'node-1'],
  node: [`/nodes/${cluster}/node-1`, 'What its tasks ask for'],
  launch: [`/launch?cluster=${cluster}`, 'Changes a second'],
  catalog: ['/catalog', 'hello-world'],
  package: ['/catalog?package=nginx', 'Licence'],
  options: ['/catalog?package=hello-world&tab=options', 'What it says.'],
  review: [`/catalog?package=hello-world&tab=review&cluster=${cluster}`, 'Deployment'],
  installations: ['/installations', 'Installations'],
  jobs: ['/jobs', 'nightly-report'],
  history: ['/history', 'report-'],
  settings: ['/settings', 'Package repositories'],
} as const;

type Name = keyof typeof screens;

/** A node's kernel, a prompt's host: no pictures for others. */
const tellsOfTheMachine: ReadonlySet<Name> = new Set<Name>(['node', 'shell']);

const looks: [colorScheme: 'light' | 'dark', width: number, suffix: string, names: Name[]][] = [
  ['light', 1280, '', Object.keys(screens) as Name[]],
  ['dark', 1280, '-dark', ['dashboard', 'tasks', 'launch', 'review']],
  ['light', 390, '-narrow', ['dashboard', 'tasks', 'log', 'options', 'review', 'nodes']],
];

/** Says something to the shell and sees its answer. */
async function askShell(page: Page): Promise<void> {
  const terminal = page.getByRole('region', { name: 'Shell in main' });
  await expect.soft(terminal.getByText(/[#$]/).first(), 'shell').toBeVisible();
  await terminal.getByRole('textbox').focus();
  await page.keyboard.type('ls -l; echo $((6 * 7)) files\n');
  await expect.soft(terminal.getByText('42 files').last(), 'shell').toBeVisible();
}

for (const [colorScheme, width, suffix, names] of looks) {
  test.describe(`${colorScheme} at ${width} px`, () => {
    test.use({ colorScheme, viewport: { width, height: 844 } });
    test('the screens show what the hub knows, without complaint', async ({ page }) => {
      test.setTimeout(240_000);
      const faults = listen(page);
      for (const name of names) {
        await test.step(name, async () => {
          const [path, shown] = screens[name];
          await page.goto(at(path));
          await expect.soft(page.locator('main').getByText(shown).first(), name).toBeVisible();
          if (name === 'shell') await askShell(page);
          await expect.soft(page.locator('h1'), name).toHaveCount(1);
          expect.soft(await seriousFindings(page), name).toEqual([]);
          expect.soft(await overflow(page), name).toBeLessThanOrEqual(0);
          expect.soft(faults.splice(0), name).toEqual([]);
          await page.screenshot({ path: `${tellsOfTheMachine.has(name) ? 'test-results/images' : images}/${name}${suffix}.png` });
        });
      }
    });
  });
}
