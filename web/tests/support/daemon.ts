// SPDX-License-Identifier: Apache-2.0

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../../..');

/** `pelago up` in a home of its own, which goes with it. PELAGO_PROGRAMS names a folder with other programs than those of the tests' build. */
export class Daemon {
  /** There from `up` to `down`. */
  home = '';
  private readonly environment: NodeJS.ProcessEnv;
  private readonly program: string;

  constructor(page: string) {
    const programs = process.env.PELAGO_PROGRAMS;
    this.program = programs ? join(programs, 'pelago/pelago') : join(root, 'artifacts/bin/Pelago.Cli/release/pelago');
    this.environment = {
      ...process.env,
      PELAGO_WEB: page,
      PELAGO_DAEMON: programs ? join(programs, 'pelagod/pelagod') : join(root, 'artifacts/bin/Pelago.Daemon/release/pelagod'),
    };
  }

  async pelago(...words: string[]): Promise<string> {
    const { stdout } = await run(this.program, words, {
      env: { ...this.environment, PELAGO_HOME: this.home },
      timeout: 120_000,
      maxBuffer: 16 << 20,
    });
    return stdout;
  }

  async up(...options: string[]): Promise<{ pid: number; clusters: { name: string }[] }> {
    this.home = mkdtempSync(join(tmpdir(), 'pelago-page-'));
    return JSON.parse(await this.pelago('up', '--detach', '--port', '0', '-o', 'json', ...options));
  }

  /** A link that lets in once. */
  async link(): Promise<string> {
    return (await this.pelago('dashboard')).trim();
  }

  async down(): Promise<void> {
    if (!this.home) return;
    await this.pelago('down', '--purge').catch(() => {});
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** The packages of this repository. */
export const packages = join(root, 'packages');
