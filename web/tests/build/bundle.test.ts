// SPDX-License-Identifier: Apache-2.0

import { gzipSync } from 'node:zlib';
import { build, type Rollup } from 'vite';
import { describe, expect, it } from 'vitest';

/** What the first view may bring, compressed: docs say 350 KB. */
const most = 350 * 1024;

describe('the bundle', () => {
  it('brings at most 350 KB for the first view, and nothing of the fake hub', { timeout: 120_000 }, async () => {
    const built = (await build({ logLevel: 'silent', build: { write: false } })) as Rollup.RollupOutput;
    const chunks = built.output.filter(file => file.type === 'chunk');
    const assets = new Map(built.output.map(file => [file.fileName, file.type === 'asset' ? file.source : file.code]));
    const first = new Set<string>();
    const take = (name: string) => {
      if (first.has(name)) return;
      first.add(name);
      const chunk = chunks.find(each => each.fileName === name);
      for (const other of chunk?.imports ?? []) take(other);
      for (const css of (chunk as { viteMetadata?: { importedCss?: Set<string> } } | undefined)?.viteMetadata?.importedCss ?? [])
        first.add(css);
    };
    for (const chunk of chunks) if (chunk.isEntry || /Dashboard|TimeChart/.test(chunk.name)) take(chunk.fileName);

    const bytes = [...first].reduce((sum, name) => sum + gzipSync(assets.get(name) ?? '').length, 0);

    expect(bytes).toBeLessThan(most);
    expect(bytes).toBeGreaterThan(20_000);
    expect(chunks.some(chunk => chunk.code.includes('registry.example'))).toBe(false);
  });
});
