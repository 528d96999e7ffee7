// SPDX-License-Identifier: Apache-2.0

import { createRequire } from 'node:module';
import { expect, type Page, test } from '@playwright/test';
import type { AxeResults } from 'axe-core';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const screens: [name: string, path: string, shown: string][] = [
  ['dashboard', '/', 'Failing, and why'],
  ['workloads', '/workloads', 'cart'],
  ['tasks', '/workloads?view=tasks', 'cart-'],
  ['nodes', '/nodes', 'edge-1'],
  ['donuts', '/nodes?view=grid', 'edge-1'],
  ['node', '/nodes/local/local-1', 'What its tasks ask for'],
  ['task', '/tasks/local/data/cassandra-0', 'Containers'],
  ['log', '/tasks/local/data/cassandra-0?tab=log', 'accepted connection'],
  ['workload', '/workloads/local/data/StatefulSet/cassandra', 'cassandra-0'],
  ['launch', '/launch?cluster=local', 'Changes a second'],
  ['catalog', '/catalog', 'kafka'],
  ['package', '/catalog?package=kafka&tab=options', 'How much it says'],
  ['installations', '/installations', 'Nothing is installed'],
  ['jobs', '/jobs', 'backup'],
  ['history', '/history', 'keeps no history'],
  ['settings', '/settings', 'Package repositories'],
];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 390]) {
    test.describe(`${colorScheme} at ${width} px`, () => {
      test.use({ colorScheme, viewport: { width, height: 844 } });
      for (const [name, path, shown] of screens) {
        test(`${name} shows what it is for, and nothing that axe calls serious`, async ({ page }) => {
          const faults = listen(page);
          await page.goto(path);
          await expect(page.getByText(shown).first()).toBeVisible();
          await expect(page.locator('h1')).toHaveCount(1);

          expect(await seriousFindings(page)).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
          expect(faults).toEqual([]);
          if (process.env.PELAGO_UPDATE_IMAGES) await page.screenshot({ path: `test-results/images/${name}-${colorScheme}-${width}.png` });
        });
      }
    });
  }
}

test('who is not signed in is told how to get in', async ({ page }) => {
  await page.goto('/?signed-out');
  await expect(page.getByText('pelago dashboard')).toBeVisible();
  expect(await seriousFindings(page)).toEqual([]);
});

/** What the page complained of. */
function listen(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', fault => faults.push(fault.message));
  page.on('console', message => message.type() === 'error' && faults.push(message.text()));
  return faults;
}

async function seriousFindings(page: Page): Promise<string[]> {
  // By the debugger's way, which the CSP does not bind.
  await page.evaluate((await import('node:fs')).readFileSync(axe, 'utf8'));
  const results = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as AxeResults;
  return results.violations
    .filter(violation => violation.impact === 'serious' || violation.impact === 'critical')
    .map(
      violation =>
        `${violation.id}: ${violation.nodes
          .map(node => node.target.join(' '))
          .slice(0, 3)
          .join('; ')}`,
    );
}
