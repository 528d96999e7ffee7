// SPDX-License-Identifier: Apache-2.0

import type { KubeObject } from './objects';

interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** What a workload selects its pods by, as a list takes it; empty when it selects none itself. */
export function selectorText(object: KubeObject): string {
  const selector = (object.spec?.selector ?? {}) as Selector;
  const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'NotIn' ? 'notin' : 'in'} (${(values ?? []).join(',')})`;
  });
  return [...labels, ...expressions].join(',');
}
