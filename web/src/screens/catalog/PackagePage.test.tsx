// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom

import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { Hub } from '../../api/http';
import { HubProvider } from '../../app/hub';
import { FakeHub } from '../../fake/FakeHub';
import { installSample } from '../../fake/installations';
import type { Resources } from '../../fake/world';
import { StreamClient } from '../../stream/StreamClient';
import type { InstallRequest, StoredOptions } from '../installations/installing';
import { PackagePage } from './PackagePage';

const open: StreamClient[] = [];

afterEach(() => {
  cleanup();
  for (const stream of open.splice(0)) stream.close();
});

/** The page that changes an installation which has a password, or of which the hub says something else. */
function change(inForce?: StoredOptions): { tried(): InstallRequest | undefined } {
  const resources: Resources = new Map();
  installSample(resources, '2026-11-29T10:00:00Z');
  const fake = new FakeHub({ world: { clusters: new Map([['local', resources]]), step: () => {} } });
  const fetch: typeof fake.fetch = (input, init) =>
    inForce && String(input).startsWith('/api/installations/options?') ? Promise.resolve(Response.json(inForce)) : fake.fetch(input, init);
  const stream = new StreamClient({
    fetch,
    csrf: () => '',
    beforeDrawing: queueMicrotask,
    now: () => 0,
    wait: () => new Promise(() => {}),
    random: () => 0,
  });
  open.push(stream);
  void stream.run();
  history.replaceState(null, '', '/catalog?package=kafka&change=local/stream/messages&tab=options');
  render(
    <HubProvider hub={new Hub(fetch)} stream={stream}>
      <PackagePage name="kafka" />
    </HubProvider>,
  );
  return {
    tried: () => {
      const last = fake.requests.findLast(({ method, path }) => method === 'POST' && path === '/api/installations');
      return last && (JSON.parse(last.body) as InstallRequest);
    },
  };
}

it('says in the review which secrets are removed, and asks for that', async () => {
  const page = change();
  fireEvent.click(await screen.findByRole('button', { name: 'Remove the value of password' }));

  await act(async () => fireEvent.click(screen.getByRole('tab', { name: 'Review and change' })));

  const removed = await screen.findByRole('list', { name: 'Secrets that are removed' });
  expect(
    within(removed)
      .getAllByRole('listitem')
      .map(item => item.textContent),
  ).toEqual(['goes the secret value of service.password']);
  expect(await screen.findByRole('region', { name: 'Changes on local' })).toBeDefined();
  expect(page.tried()).toMatchObject({ operation: 'upgrade', options: { service: { password: '' } } });
  expect(screen.getByText(/--set service.password=/)).toBeDefined();
});

it('asks for nothing of a secret that stays', async () => {
  const page = change();
  await screen.findByText(/A value is there and is not shown/);

  await act(async () => fireEvent.click(screen.getByRole('tab', { name: 'Review and change' })));

  await screen.findByRole('region', { name: 'Changes on local' });
  expect(page.tried()?.options).toEqual({ brokers: { count: 4 } });
  expect(screen.queryByRole('list', { name: 'Secrets that are removed' })).toBeNull();
});

it('starts from what is in force, not from what was asked for and given up', async () => {
  const page = change({ version: '1.0.0', options: { brokers: { count: 2 } }, secrets: [], lost: '' });

  const review = await screen.findByRole('tab', { name: 'Review and change' });

  await act(async () => fireEvent.click(review));

  await screen.findByRole('region', { name: 'Changes on local' });
  expect(page.tried()?.options).toEqual({ brokers: { count: 2 } });
});
