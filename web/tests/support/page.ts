// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Debian's Chromium, which as root needs to be told that it may. */
export const launchOptions = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
};

/** What the browser says of connections that it cuts itself whenever a pod's address comes to this machine or goes; the page asks again. */
const cutByPods = 'Failed to load resource: net::ERR_NETWORK_CHANGED';

/** What the page complains of from now on. */
export function listen(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', fault => faults.push(fault.message));
  page.on('console', message => message.type() === 'error' && message.text() !== cutByPods && faults.push(message.text()));
  return faults;
}

export async function seriousFindings(page: Page): Promise<string[]> {
  // By the debugger's way, which the CSP does not bind; once for all looks at a document.
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(readFileSync(axe, 'utf8'));
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

/** How far the page is wider than the screen, in px. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}
