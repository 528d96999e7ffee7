// SPDX-License-Identifier: Apache-2.0

import { defineConfig } from '@playwright/test';
import { launchOptions } from './tests/support/page';

const port = Number(process.env.PELAGO_WEB_PORT ?? 41_733);

/** The page with the hub in its own memory, in Debian's Chromium, under the CSP that the hub sends. */
export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results',
  timeout: 60_000,
  workers: 1,
  reporter: [['list'], ['json', { outputFile: 'test-results/results.json' }]],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    launchOptions,
    contextOptions: { reducedMotion: 'reduce' },
  },
  webServer: {
    command: `npx vite build --mode fake --outDir test-results/fake --emptyOutDir && npx vite preview --outDir test-results/fake --port ${port} --strictPort`,
    port,
    timeout: 120_000,
  },
});
