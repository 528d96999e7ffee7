// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { expect, type Page, test } from '@playwright/test';
import { Daemon } from '../tests/support/daemon';
import { HubClient } from '../tests/support/HubClient';
import { page as built } from './build';
import { cpuSeconds, note, quantile } from './figures';
import { drawing, heapMiB, shownAfter, shownAt } from './measure';

const nodes = Number(process.env.PELAGO_BENCH_NODES ?? 5000);
const pods = Number(process.env.PELAGO_BENCH_PODS ?? 100_000);
const launched = Math.min(50_000, pods);
const others = 49;

const daemon = new Daemon(built);
let hub: HubClient;
let origin = '';
let pid = 0;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  pid = (await daemon.up('--simulated', '--nodes', String(nodes))).pid;
  const link = await daemon.link();
  origin = new URL(link).origin;
  hub = await HubClient.enter(link);
});

test.afterAll(async () => {
  await daemon.down();
});

test('the grid while tasks are launched', async ({ page }) => {
  await enter(page);
  await page.goto(`${origin}/launch?cluster=pelago-1`);
  await expect(page.getByText('Changes a second')).toBeVisible();
  const begun = Date.now();
  await launch('launched', launched);
  const fps: number[] = [];
  const longest: number[] = [];
  const lags: number[] = [];
  let ready = 0;
  while (ready < launched && Date.now() - begun < 240_000) {
    const drawn = await drawing(page, 1);
    fps.push(drawn.fps);
    longest.push(drawn.longestMs);
    const dials = await page.locator('.dials dd').allTextContents();
    ready = Number((dials[1] ?? '').replaceAll(/[^0-9]/g, ''));
    lags.push(Number.parseInt(dials[3] ?? '', 10));
  }
  const seconds = (Date.now() - begun) / 1000;
  if (process.env.PELAGO_UPDATE_IMAGES) await page.screenshot({ path: '../docs/images/launch-many.png' });
  note({
    launchGrid: {
      launched: ready,
      seconds,
      fps: { median: quantile(fps, 0.5), lowest: Math.min(...fps) },
      longestFrameMs: { median: quantile(longest, 0.5), worst: Math.max(...longest) },
      lagMs: { samples: lags.length, p50: quantile(lags, 0.5), p99: quantile(lags, 0.99), worst: Math.max(...lags) },
      heapMiB: await heapMiB(page),
    },
  });
});

test('a cluster that is full', async ({ page, browser }) => {
  await launch('more', pods - launched);
  await expect.poll(running, { timeout: 300_000, intervals: [2000] }).toBe(pods);
  const all = { selector: '.tasks-panel', text: pods.toLocaleString('en-US').replaceAll(',', '.?') };
  // Nobody of this session watches the cluster yet, so the hub has to read all of it first.
  const firstSums = await shownAfter(page, await daemon.link(), { selector: '.tasks-panel .legend li' });
  const first = await shownAt(page, all);
  const cold: number[] = [];
  for (let i = 0; i < 3; i++) {
    const context = await browser.newContext({ storageState: await page.context().storageState(), viewport: { width: 1280, height: 844 } });
    cold.push(await shownAfter(await context.newPage(), `${origin}/`, all));
    await context.close();
  }
  const asked: object[] = [];
  page.on('request', sent => {
    if (sent.method() === 'POST' && /\/api\/streams\/./.test(sent.url())) asked.push(...((sent.postDataJSON()?.add as object[]) ?? []));
  });
  const tasks = await shownAfter(page, `${origin}/workloads?view=tasks`, { selector: '[role=grid] .body [role=row] a', least: 10 });
  const scroll = await drawing(page, 5, '[role=grid]');
  const heap = await heapMiB(page);
  if (process.env.PELAGO_UPDATE_IMAGES) await page.screenshot({ path: '../docs/images/tasks-many.png' });
  note({
    full: {
      nodes,
      pods,
      firstViewMs: {
        firstPageOfASession: { drawn: firstSums, complete: first },
        furtherPages: { median: quantile(cold, 0.5), worstOfThree: Math.max(...cold) },
      },
      tasksMs: tasks,
      scroll,
      heapMiB: heap,
      daemonMiB: residentMiB(),
    },
  });
  asked.length = 0;
  await page.goto(`${origin}/`);
  await expect.poll(() => asked.length).toBeGreaterThan(3);
  await page.waitForTimeout(1000);
  const one = await share(10);
  for (let i = 0; i < others; i++) await watch(asked);
  await new Promise(resolve => setTimeout(resolve, 5000));
  const fifty = await share(15);
  const stop = change();
  const busy = await share(15);
  const changed = await stop();
  note({
    fiftyPages: {
      daemonCores: { onePage: one, fiftyPages: fifty, fiftyPagesAndChanges: busy, changesPerSecond: changed / 15 },
      daemonMiB: residentMiB(),
    },
  });
});

async function enter(page: Page): Promise<void> {
  await page.goto(await daemon.link());
  await expect(page.getByRole('heading', { level: 1, name: 'Dashboard' })).toBeVisible();
}

/** Deployments of 5,000 at most, as many as it takes. */
async function launch(name: string, count: number): Promise<void> {
  for (let made = 0, i = 0; made < count; i++) {
    const replicas = Math.min(5000, count - made);
    const labels = { app: `${name}-${i}` };
    await hub.send('POST', '/api/clusters/pelago-1/apis/apps/v1/namespaces/default/deployments', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: `${name}-${i}` },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: 'main', image: 'x', resources: { requests: { cpu: '50m', memory: '32Mi' } } }] },
        },
      },
    });
    made += replicas;
  }
}

async function running(): Promise<number> {
  const { items } = await hub.json<{ items: { status?: { readyReplicas?: number } }[] }>(
    'GET',
    '/api/clusters/pelago-1/apis/apps/v1/namespaces/default/deployments',
  );
  return items.reduce((sum, item) => sum + (item.status?.readyReplicas ?? 0), 0);
}

/** How many cores the daemon takes, over some seconds. */
async function share(seconds: number): Promise<number> {
  const before = cpuSeconds(pid);
  await new Promise(resolve => setTimeout(resolve, seconds * 1000));
  return (cpuSeconds(pid) - before) / seconds;
}

/** A reader of a stream that asks for what the dashboard of a page asks for: a page to the hub, without a browser. */
async function watch(add: object[]): Promise<void> {
  const { id, ticket } = await hub.json<{ id: string; ticket: string }>('POST', '/api/streams', {});
  await new Promise<void>((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: hub.port,
        path: `/api/streams/${id}`,
        headers: { Host: hub.host, 'X-Pelago-Ticket': ticket },
        agent: false,
      },
      answer => {
        answer.resume();
        answer.on('error', () => {});
        resolve();
      },
    );
    asked.on('error', reject);
    asked.end();
  });
  await hub.send('POST', `/api/streams/${id}`, { add });
}

/** Restarts a task now and then, some 50 changes a second, until it is stopped; how many were made. */
function change(): () => Promise<number> {
  let made = 0;
  let stopped = false;
  const loop = (async () => {
    const { items } = await hub.json<{ items: { metadata: { name: string } }[] }>(
      'GET',
      '/api/clusters/pelago-1/api/v1/namespaces/default/pods?limit=500',
    );
    const begun = Date.now();
    while (!stopped) {
      const name = items[made % items.length]?.metadata.name;
      await hub.send(
        'PATCH',
        `/api/clusters/pelago-1/api/v1/namespaces/default/pods/${name}`,
        { metadata: { labels: { change: String(made) } } },
        'application/merge-patch+json',
      );
      made++;
      const ahead = begun + made * 20 - Date.now();
      if (ahead > 0) await new Promise(resolve => setTimeout(resolve, ahead));
    }
  })();
  return async () => {
    stopped = true;
    await loop;
    return made;
  };
}

function residentMiB(): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kib) / 1024);
}
