// SPDX-License-Identifier: Apache-2.0

import { useSearchParams } from 'wouter';
import { useFleet } from './hub';

/** Which clusters and namespace are looked at. It stands in the address, so a link shows the same. */
export interface Scope {
  cluster: string;
  namespace: string;
  /** As a subscription wants them. */
  clusters: string[];
  /** Whether rows have to say which cluster they are of. */
  severalClusters: boolean;
}

export function useScope(): Scope {
  const [query] = useSearchParams();
  const fleet = useFleet();
  const cluster = query.get('cluster') ?? '';
  return {
    cluster,
    namespace: query.get('namespace') ?? '',
    clusters: cluster ? [cluster] : ['*'],
    severalClusters: !cluster && fleet.length !== 1,
  };
}

/** One value in the address's query; the empty text is the same as none. */
export function useQueryValue(name: string, fallback = ''): [string, (value: string) => void] {
  const [query, setQuery] = useSearchParams();
  const set = (value: string) =>
    setQuery(
      previous => {
        const next = new URLSearchParams(previous);
        if (value && value !== fallback) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return [query.get(name) ?? fallback, set];
}

/** A path with the scope of now, so that going on to another screen keeps it. */
export function useScopedPath(): (path: string, extra?: Record<string, string>) => string {
  const [query] = useSearchParams();
  return (path, extra = {}) => {
    const next = new URLSearchParams();
    for (const name of ['cluster', 'namespace']) {
      const value = query.get(name);
      if (value) next.set(name, value);
    }
    for (const [name, value] of Object.entries(extra)) next.set(name, value);
    const text = next.toString();
    return text ? `${path}?${text}` : path;
  };
}
