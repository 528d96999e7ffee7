// SPDX-License-Identifier: Apache-2.0

import type { Snapshot } from '../stream/RowSet';
import { isLoading } from '../ui/states';
import { useRows } from './hub';

export interface Watching<T> {
  object: T | null;
  loading: boolean;
  snapshot: Snapshot;
}

/** One object, live. Null when there is none of that name, or none any more. */
export function useObject<T>(cluster: string, resource: string, namespace: string, name: string): Watching<T> {
  const { snapshot } = useRows({ clusters: [cluster], resource, namespace, fieldSelector: `metadata.name=${name}`, columns: ['object()'] });
  const object = (snapshot.rows[0]?.values[0] ?? null) as T | null;
  return { object, loading: isLoading(snapshot), snapshot };
}
