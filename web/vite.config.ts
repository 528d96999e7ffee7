// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react(), compressed()],
  build: {
    outDir: 'dist',
    manifest: true,
    // The page's CSP allows no inline code, so nothing may be folded into the document or into data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  server: {
    host: '127.0.0.1',
    proxy: process.env.PELAGO_PAGE ? { '/api': { target: process.env.PELAGO_PAGE, ws: true, secure: false } } : {},
  },
  // As the hub says it (docs/protocols/page.md), so that what would break there breaks in tests too.
  preview: {
    host: '127.0.0.1',
    headers: {
      'Content-Security-Policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    },
  },
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}', ...(process.env.PELAGO_TEST_SLOW ? ['tests/build/**/*.test.ts'] : [])],
    restoreMocks: true,
    testTimeout: 60_000,
  },
});

/** Puts NAME.gz and NAME.br beside each file, for a hub that compresses nothing by itself. */
function compressed(): Plugin {
  let folder = '';
  return {
    name: 'compressed',
    apply: 'build',
    configResolved: config => {
      folder = config.build.write ? resolve(config.root, config.build.outDir) : '';
    },
    closeBundle: () => {
      if (!folder) return;
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(js|css|html|svg)$/.test(name)) continue;
        const bytes = readFileSync(join(folder, name));
        writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes));
      }
    },
  };
}
