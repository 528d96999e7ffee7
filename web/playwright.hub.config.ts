// SPDX-License-Identifier: Apache-2.0

import { defineConfig } from '@playwright/test';
import { launchOptions } from './tests/support/page';

/** The page as the daemon serves it, before clusters that run real processes: tests/hub/daemon.ts starts both. */
export default defineConfig({
  testDir: 'tests/hub',
  outputDir: 'test-results/hub',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  workers: 1,
  reporter: [['list'], ['json', { outputFile: 'test-results/hub.json' }]],
  globalSetup: './tests/hub/setup.ts',
  use: {
    screenshot: 'only-on-failure',
    storageState: 'test-results/session.json',
    launchOptions,
    contextOptions: { reducedMotion: 'reduce' },
  },
});
