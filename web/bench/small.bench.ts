// SPDX-License-Identifier: Apache-2.0

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { Daemon } from '../tests/support/daemon';
import { HubClient } from '../tests/support/HubClient';
import { page as built } from './build';
import { note, quantile } from './figures';
import { shownAfter } from './measure';

const daemon = new Daemon(built);
// It takes connections, and never says anything.
const silent = createServer(() => {});
let hub: HubClient;
let origin = '';

test.beforeAll(async () => {
  await daemon.up('--clusters', '4', '--simulated', '--nodes', '5');
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { port: number };
  const kubeconfig = join(daemon.home, 'silent.yaml');
  writeFileSync(
    kubeconfig,
    `apiVersion: v1\nkind: Config\ncurrent-context: silent\nclusters: [{name: silent, cluster: {server: "https://127.0.0.1:${port}", insecure-skip-tls-verify: true}}]\nusers: [{name: silent, user: {token: none}}]\ncontexts: [{name: silent, context: {cluster: silent, user: silent}}]\n`,
  );
  await daemon.pelago('cluster', 'add', 'silent', '--kubeconfig', kubeconfig);
  const link = await daemon.link();
  origin = new URL(link).origin;
  hub = await HubClient.enter(link);
  for (let i = 1; i <= 4; i++)
    for (let pod = 0; pod < 50; pod++) await hub.send('POST', `/api/clusters/pelago-${i}/api/v1/namespaces/default/pods`, podNamed(pod));
});

test.afterAll(async () => {
  silent.close();
  await daemon.down();
});

test('one cluster of five hangs', async ({ page }) => {
  await page.goto(await daemon.link());
  await expect(page.getByRole('heading', { level: 1, name: 'Dashboard' })).toBeVisible();
  const rows: number[] = [];
  const notes: number[] = [];
  for (let i = 0; i < 5; i++) {
    const rowPage = await page.context().newPage();
    rows.push(await shownAfter(rowPage, `${origin}/workloads?view=tasks`, { selector: '[role=grid] .body [role=row] a' }));
    await rowPage.close();
    const notePage = await page.context().newPage();
    notes.push(await shownAfter(notePage, `${origin}/workloads?view=tasks`, { selector: '.main .notice', text: 'silent' }));
    await notePage.close();
  }
  await page.getByRole('link', { name: 'Workloads' }).click();
  await page.getByRole('link', { name: 'Dashboard' }).click();
  const within = await page.evaluate(async () => {
    const begun = performance.now();
    history.pushState(null, '', '/workloads?view=tasks');
    while (!document.querySelector('[role=grid] .body [role=row] a')) await new Promise(requestAnimationFrame);
    return performance.now() - begun;
  });
  note({
    oneOfFiveHangs: {
      firstRowsMs: { afterLoading: quantile(rows, 0.5), worstOfFive: Math.max(...rows), withinThePage: within },
      itsOwnNoteMs: quantile(notes, 0.5),
    },
  });
});

test('200 watches', async ({ page }) => {
  await page.goto(await daemon.link());
  await expect(page.getByRole('heading', { level: 1, name: 'Dashboard' })).toBeVisible();
  const debug = await page.context().newCDPSession(page);
  // The page has a stream of its own.
  const answers: { url: string; connectionId: number }[] = [];
  debug.on('Network.responseReceived', ({ response: { url, connectionId } }) => answers.push({ url, connectionId }));
  await debug.send('Network.enable');
  const { id, ms } = await page.evaluate(async () => {
    const { csrf } = await (await fetch('/api/session')).json();
    const headers = { 'Content-Type': 'application/json', 'X-Pelago-Csrf': csrf };
    const begun = performance.now();
    const { id, ticket, urls } = await (await fetch('/api/streams', { method: 'POST', headers, body: '{}' })).json();
    const stream = await fetch(urls[0], { headers: { 'X-Pelago-Ticket': ticket }, credentials: 'omit' });
    const add = Array.from({ length: 200 }, (_, i) => ({
      id: `w${i}`,
      clusters: [`pelago-${1 + (i % 4)}`],
      resource: 'v1/pods',
      labelSelector: `i!=${i}`,
      columns: ['.metadata.name', '.status.phase'],
    }));
    await (await fetch(`/api/streams/${id}`, { method: 'POST', headers, body: JSON.stringify({ add }) })).json();
    const live = new Set<string>();
    const reader = (stream.body as ReadableStream<BufferSource>).pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ''; live.size < 200; ) {
      text += (await reader.read()).value ?? '';
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const frame of lines.map(line => JSON.parse(line))) if (frame.t === 'status' && frame.state === 'live') live.add(frame.sub);
    }
    return { id, ms: performance.now() - begun };
  });
  const its = answers.filter(({ url }) => url.includes(`/api/streams/${id}`));
  note({
    watches200: {
      connections: new Set(its.map(({ connectionId }) => connectionId)).size,
      hosts: [...new Set(its.map(({ url }) => new URL(url).host))],
      allLiveMs: ms,
    },
  });
});

test('from an event to the page', async ({ page }) => {
  for (let pod = 0; pod < 20; pod++)
    await hub.send('POST', '/api/clusters/pelago-1/api/v1/namespaces/default/pods', {
      ...podNamed(1000 + pod),
      spec: { ...podNamed(0).spec, schedulerName: 'none' },
    });
  await page.goto(await daemon.link());
  await page.goto(`${origin}/workloads?view=tasks&cluster=pelago-1&q=load-1`);
  await expect(page.getByRole('grid').getByRole('row').nth(20)).toBeVisible();
  await page.evaluate(() => {
    const seen: [number, string, string][] = [];
    (globalThis as { seen?: typeof seen }).seen = seen;
    const look = (node: Node | null) => {
      const row = (node instanceof Element ? node : node?.parentElement)?.closest('[role=row]');
      const status = row?.querySelector('.mark')?.textContent ?? '';
      if (row && /^E\d+$/.test(status)) seen.push([Date.now(), row.querySelector('a')?.textContent ?? '', status]);
    };
    new MutationObserver(changes => {
      for (const change of changes) look(change.target);
    }).observe(document.querySelector('[role=grid]') as Element, { subtree: true, childList: true, characterData: true });
  });
  const sent: [number, string, number][] = [];
  const seconds = 10;
  const rate = 200;
  const mostAtOnce = 16;
  const begun = Date.now();
  const flying = new Set<Promise<unknown>>();
  for (let i = 0; i < seconds * rate; i++) {
    const due = begun + (i * 1000) / rate;
    if (due > Date.now()) await new Promise(resolve => setTimeout(resolve, due - Date.now()));
    const name = podNamed(1000 + (i % 20)).metadata.name;
    sent.push([Date.now(), name, i]);
    const patch = hub.send(
      'PATCH',
      `/api/clusters/pelago-1/api/v1/namespaces/default/pods/${name}/status`,
      { status: { reason: `E${i}` } },
      'application/merge-patch+json',
    );
    flying.add(patch);
    void patch.finally(() => flying.delete(patch)).catch(() => {});
    // What the API server takes at once has an end; who asks for more is told to wait.
    if (flying.size >= mostAtOnce) await Promise.race(flying);
  }
  await Promise.all(flying);
  const took = (Date.now() - begun) / 1000;
  await page.waitForTimeout(1000);
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: [number, string, string][] }).seen);
  // What was overtaken by a later change of the same pod counts as seen with that one.
  const lags = sent.flatMap(([at, name, i]) => {
    const first = seen.find(([, pod, status]) => pod === name && Number(status.slice(1)) >= i);
    return first ? [first[0] - at] : [];
  });
  note({
    eventToPage: {
      eventsPerSecond: sent.length / took,
      unseen: sent.length - lags.length,
      p50: quantile(lags, 0.5),
      p95: quantile(lags, 0.95),
      p99: quantile(lags, 0.99),
    },
  });
});

function podNamed(number: number) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `load-${number}`, labels: { i: String(number) } },
    spec: { containers: [{ name: 'main', image: 'x', resources: { requests: { cpu: '10m', memory: '8Mi' } } }] },
  };
}
