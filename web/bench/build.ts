// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { figuresFile } from './figures';

export const page = resolve('test-results/page');

/** The page as it is served, built once for all measurements. */
export default function build(): void {
  rmSync(figuresFile, { force: true });
  execFileSync('npx', ['vite', 'build', '--outDir', page, '--emptyOutDir', '--logLevel', 'warn'], { stdio: 'inherit' });
}
