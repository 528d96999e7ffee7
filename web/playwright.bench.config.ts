// SPDX-License-Identifier: Apache-2.0

import { defineConfig } from '@playwright/test';
import { launchOptions } from './tests/support/page';

/** What docs/bench/page.md measures; figures go to test-results/bench.json. Nothing is asserted of them. */
export default defineConfig({
  testDir: 'bench',
  testMatch: '*.bench.ts',
  outputDir: 'test-results/bench',
  timeout: 540_000,
  expect: { timeout: 120_000 },
  workers: 1,
  reporter: 'list',
  globalSetup: './bench/build.ts',
  use: { launchOptions, viewport: { width: 1280, height: 844 } },
});
