// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { installCommand } from './installCommand';

const base = { clusters: ['local'], namespace: 'default', name: 'web', package: 'nginx', version: '1.22' };

describe('the command of an installation', () => {
  it('names version, cluster and namespace, and the installation where it is called otherwise', () => {
    expect(installCommand({ operation: 'install', ...base, clusters: ['local', 'edge'] })).toBe(
      'pelago package install nginx --package-version 1.22 --app-id web -n default --cluster local,edge',
    );
  });

  it('sets single options, quoting a text that would be read as a number', () => {
    const command = installCommand({ operation: 'install', ...base, options: { a: { 'b.c': '5' }, d: 'good day', e: true } });
    expect(command).toContain(`--set 'a.b\\.c="5"' --set 'd=good day' --set e=true`);
  });

  it('leaves secrets to the file that can be saved', () => {
    const command = installCommand({ operation: 'install', ...base, options: { admin: { pin: 'hunter2' } } }, [['admin', 'pin']]);
    expect(command.endsWith('--options options.yaml')).toBe(true);
  });

  it('gives lists and many options as a document', () => {
    const command = installCommand({ operation: 'upgrade', ...base, options: { names: ['a', 'b'] } });
    expect(command).toBe(
      `pelago package upgrade web --package-version 1.22 --reset-options -n default --cluster local --yes --options - <<'OPTIONS'\nnames:\n- a\n- b\nOPTIONS`,
    );
  });
});
