// SPDX-License-Identifier: Apache-2.0

import { useCallback, useEffect, useRef } from 'react';
import { useRows } from '../app/hub';
import type { SubscriptionSpec } from '../stream/frames';
import type { Row, Snapshot } from '../stream/RowSet';

/** How many rows are asked for at once, and how near the rim of them one may scroll before others are. */
const size = 240;
const rim = 40;

export interface RowWindow {
  snapshot: Snapshot;
  count: number;
  itemAt(index: number): Row | undefined;
  onRange(first: number, last: number): void;
}

/** Rows of any number, sorted and filtered by the hub: only those around what is in sight are here. */
export function useWindow(spec: SubscriptionSpec): RowWindow {
  const { snapshot, change } = useRows({ ...spec, offset: 0, limit: size });
  const offset = useRef(0);
  const order = JSON.stringify([spec.sort ?? [], spec.filter ?? '']);
  const told = useRef(order);

  useEffect(() => {
    if (told.current === order) return;
    told.current = order;
    offset.current = 0;
    change({ sort: spec.sort ?? [], filter: spec.filter ?? '', offset: 0 });
  }, [order, change, spec.sort, spec.filter]);

  const onRange = useCallback(
    (first: number, last: number) => {
      const near = first < offset.current + rim && offset.current > 0;
      if (!near && last <= offset.current + size - rim) return;
      const middle = Math.max(0, Math.floor((first + last) / 2) - size / 2);
      if (middle === offset.current) return;
      offset.current = middle;
      change({ offset: middle });
    },
    [change],
  );
  const itemAt = useCallback((index: number) => snapshot.rows[index - snapshot.offset], [snapshot]);
  return { snapshot, count: snapshot.matched, itemAt, onRange };
}
