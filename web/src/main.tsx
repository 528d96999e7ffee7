// SPDX-License-Identifier: Apache-2.0

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Hub } from './api/http';
import { App } from './app/App';
import { takeLoginCode } from './app/loginCode';
import { applyTheme } from './app/theme';
import './theme/tokens.css';

async function start(): Promise<void> {
  applyTheme();
  const fetcher = await connect();
  const hub = new Hub(fetcher);
  const code = takeLoginCode(location, history);
  let signedIn = false;
  let fault = '';
  try {
    signedIn = (code ? await hub.login({ code }) : await hub.restore()) !== null;
  } catch (failed) {
    fault = failed instanceof Error ? failed.message : String(failed);
    // A link that was used already is no harm to who is signed in.
    if (code) signedIn = (await hub.restore().catch(() => null)) !== null;
  }
  createRoot(document.getElementById('root') as HTMLElement).render(
    <StrictMode>
      <App hub={hub} fetcher={fetcher} signedIn={signedIn} fault={fault} />
    </StrictMode>,
  );
}

/** Built with `--mode fake`, the page speaks with a hub in its own memory; otherwise that is not even in the bundle. */
async function connect(): Promise<typeof fetch> {
  if (import.meta.env.MODE === 'fake') {
    const { startFake } = await import('./fake/start');
    return startFake();
  }
  return (input, init) => fetch(input, init);
}

void start();
