// SPDX-License-Identifier: Apache-2.0

import { expect, test } from '@playwright/test';
import { type Field, fieldsOf } from '../src/forms/fields';
import type { Schema } from '../src/forms/schema';
import { Daemon } from '../tests/support/daemon';
import { HubClient } from '../tests/support/HubClient';
import { page as built } from './build';
import { note, quantile } from './figures';

/** Packages of others: a folder as the Universe has its repo/packages. */
const universe = process.env.PELAGO_TEST_UNIVERSE ?? '';
const daemon = new Daemon(built);

test.afterAll(async () => {
  await daemon.down();
});

test('the form with most settings', async ({ page }) => {
  test.skip(!universe, 'PELAGO_TEST_UNIVERSE names no folder of packages');
  await daemon.up('--simulated', '--nodes', '1');
  await daemon.pelago('package', 'repo', 'add', 'universe', universe);
  const link = await daemon.link();
  const { name, settings } = await largest(await HubClient.enter(link));
  await page.goto(await daemon.link());
  await expect(page.getByRole('heading', { level: 1, name: 'Dashboard' })).toBeVisible();
  const ms: number[] = [];
  let fields = 0;
  for (let i = 0; i < 5; i++) {
    await page.goto(`${new URL(link).origin}/catalog?package=${name}&tab=about`);
    await expect(page.getByRole('tab', { name: /^Options/ })).toBeVisible();
    ms.push(
      await page.evaluate(async () => {
        const tab = [...document.querySelectorAll<HTMLElement>('[role=tab]')].find(each => each.textContent?.startsWith('Options'));
        const begun = performance.now();
        tab?.click();
        while (!document.querySelector('form input, [role=tabpanel] input')) await new Promise(requestAnimationFrame);
        // What was drawn is on the screen when the next picture begins.
        await new Promise(requestAnimationFrame);
        await new Promise(resolve => setTimeout(resolve));
        return performance.now() - begun;
      }),
    );
    fields = await page.locator('[role=tabpanel] :is(input, select, textarea)').count();
  }
  note({
    largestForm: {
      package: name,
      settings,
      fieldsInTheDocument: fields,
      paintedMs: { median: quantile(ms, 0.5), worstOfFive: Math.max(...ms) },
    },
  });
});

/** Of all packages the one of which the form has most fields. */
async function largest(hub: HubClient): Promise<{ name: string; settings: number }> {
  const { packages } = await hub.json<{ packages: { name: string }[] }>('GET', '/api/catalog');
  const all: { name: string; settings: number }[] = [];
  for (const { name } of packages) {
    const { config = {} } = await hub.json<{ config?: Schema }>('GET', `/api/catalog/${name}`);
    all.push({ name, settings: leaves(fieldsOf(config, config)) });
  }
  return all.reduce((best, each) => (each.settings > best.settings ? each : best));
}

function leaves(fields: Field[]): number {
  return fields.reduce((sum, field) => sum + (field.kind === 'group' ? leaves(field.fields) : 1), 0);
}
