// SPDX-License-Identifier: Apache-2.0

import { isObject, type Json, type JsonObject } from '../../forms/schema';
import { hasSecrets, type SecretPaths } from '../../forms/secrets';
import { toYaml } from '../../kube/yaml';
import { shellWord } from '../commands';
import type { InstallRequest } from './installing';

/** More options than this are easier read as a document. */
const most = 6;

/** The command that does what a request does, with all that it needs, to be pasted. */
export function installCommand(request: InstallRequest, secrets: SecretPaths = []): string {
  const { operation, clusters, namespace, name, version = '', options = {} } = request;
  const words = ['pelago package', operation];
  if (operation === 'install') {
    words.push(shellWord(request.package ?? ''), '--package-version', shellWord(version));
    if (name !== request.package) words.push('--app-id', shellWord(name));
  } else words.push(shellWord(name), '--package-version', shellWord(version), '--reset-options');
  words.push('-n', shellWord(namespace), '--cluster', shellWord(clusters.join(',')));
  if (Object.keys(options).length === 0) return words.join(' ');
  // A line that is pasted stays in the shell's history.
  if (hasSecrets(options, secrets)) return [...words, '--options', 'options.yaml'].join(' ');
  const settings = settingsOf(options);
  if (settings) return [...words, ...settings.flatMap(setting => ['--set', shellWord(setting)])].join(' ');
  return `${words.join(' ')} --yes --options - <<'OPTIONS'\n${toYaml(options)}OPTIONS`;
}

/** PATH=VALUE for each option; null where that would be too many, or where one is no single value. */
function settingsOf(options: JsonObject): string[] | null {
  const settings: string[] = [];
  const walk = (value: Json, path: string[]): boolean => {
    if (isObject(value)) return Object.keys(value).length > 0 && Object.entries(value).every(([key, inner]) => walk(inner, [...path, key]));
    if (Array.isArray(value) || value === null || path.some(key => !/^[\w.-]+$/.test(key)) || String(value).includes('\n')) return false;
    settings.push(`${path.map(key => key.replaceAll('.', '\\.')).join('.')}=${typeof value === 'string' ? asText(value) : String(value)}`);
    return settings.length <= most;
  };
  return walk(options, []) ? settings : null;
}

/** A value is JSON where it reads as such: a text that does is quoted. */
function asText(value: string): string {
  try {
    JSON.parse(value);
    return JSON.stringify(value);
  } catch {
    return value;
  }
}
