// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium, expect } from '@playwright/test';
import { settle } from '../support/city';
import { Daemon, packages } from '../support/daemon';
import { HubClient } from '../support/HubClient';
import { launchOptions } from '../support/page';

/** Starts the daemon with a page built for it, fills its clusters, and lets a browser in by the link; ends it all. */
export default async function setup(): Promise<() => Promise<void>> {
  const page = resolve('test-results/page');
  mkdirSync('test-results', { recursive: true });
  execFileSync('npx', ['vite', 'build', '--outDir', page, '--emptyOutDir', '--logLevel', 'warn'], { stdio: 'inherit' });
  const daemon = new Daemon(page);
  try {
    const { clusters } = await daemon.up('--clusters', '2', '--nodes', '3', '--runtime', 'process');
    // By a name of its own: pictures show where a repository is.
    const repository = join(daemon.home, 'our-packages');
    symlinkSync(packages, repository);
    await daemon.pelago('package', 'repo', 'add', 'ours', repository);
    const link = await daemon.link();
    process.env.PELAGO_PAGE_ORIGIN = new URL(link).origin;
    const hub = await HubClient.enter(link);
    await settle(
      hub,
      clusters.map(cluster => cluster.name),
    );
    await expect.poll(() => standing(hub), { timeout: 90_000, intervals: [1000] }).toBe('kafka runs, search crashes, the report is done');
    process.env.PELAGO_PAGE_USED_LINK = await keepSession(daemon);
  } catch (fault) {
    await daemon.down();
    throw fault;
  }
  return () => daemon.down();
}

/** How far the clusters are that the screens are to show. */
async function standing(hub: HubClient): Promise<string> {
  const { items } = await hub.json<{ items: { metadata: { name: string }; status: Status }[] }>(
    'GET',
    '/api/clusters/pelago-1/api/v1/pods',
  );
  const has = (name: string, condition: (status: Status) => boolean) =>
    items.some(item => item.metadata.name.startsWith(name) && condition(item.status));
  const waits = ({ containerStatuses = [] }: Status) => containerStatuses[0]?.state?.waiting?.reason;
  return [
    has('kafka-2', status => status.phase === 'Running') ? 'kafka runs' : '',
    has('search-', status => waits(status) === 'CrashLoopBackOff') ? 'search crashes' : '',
    has('nightly-report-', status => status.phase === 'Succeeded') ? 'the report is done' : '',
  ].join(', ');
}

interface Status {
  phase?: string;
  containerStatuses?: { state?: { waiting?: { reason?: string } } }[];
}

/**
 * Comes in by a link as a person does; what the browser then knows is what the tests begin with. The link that let it in.
 * A browser cuts all its connections when an address comes to the machine or goes, as those of pods do; what it was loading is then asked for again.
 */
async function keepSession(daemon: Daemon): Promise<string> {
  const browser = await chromium.launch(launchOptions);
  let link = '';
  try {
    const page = await browser.newPage();
    await expect(async () => {
      link = await daemon.link();
      await page.goto('about:blank');
      await page.goto(link);
      await expect(page.getByRole('heading', { level: 1, name: 'Dashboard' })).toBeVisible({ timeout: 20_000 });
    }).toPass({ timeout: 90_000 });
    expect(page.url()).not.toContain('login');
    writeFileSync('test-results/session.json', JSON.stringify(await page.context().storageState()), { mode: 0o600 });
    return link;
  } finally {
    await browser.close();
  }
}
