// SPDX-License-Identifier: Apache-2.0

import { expect, test } from '@playwright/test';
import { listen, overflow, seriousFindings } from '../support/page';

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
  ['schedule', '/workloads/local/data/CronJob/backup', 'It has no tasks of its own'],
  ['launch', '/launch?cluster=local', 'Changes a second'],
  ['catalog', '/catalog', 'kafka'],
  ['package', '/catalog?package=kafka&tab=options', 'How much it says'],
  ['review', '/catalog?package=kafka&tab=review', 'What changes'],
  ['installations', '/installations', 'messages'],
  ['installation', '/installations/local/stream/messages', 'StatefulSet kafka'],
  ['revisions', '/installations/local/stream/messages?tab=revisions', 'upgraded from 1.0.0'],
  ['change', '/catalog?package=kafka&change=local/stream/messages&tab=review', 'Change options'],
  ['secrets', '/catalog?package=kafka&change=local/stream/messages&tab=options', 'A value is there'],
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
          expect(await overflow(page)).toBeLessThanOrEqual(0);
          expect(faults).toEqual([]);
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
