// SPDX-License-Identifier: Apache-2.0

import { useNow } from '../../app/hub';
import { formatAge } from '../../kube/age';
import { DataGrid, type GridColumn } from '../../ui/DataGrid';
import { Empty } from '../../ui/states';
import type { Installation, Revision } from './installing';

/** What an installation was, the newest first, and going back there. */
export function Revisions({ installation, onBack }: { installation: Installation; onBack(revision: number): void }) {
  const now = useNow(5000);
  const current = installation.status?.revision ?? 0;
  const revisions = [...(installation.status?.history ?? [])].reverse();
  const columns: GridColumn<Revision>[] = [
    { key: 'revision', title: 'Revision', width: '80px', align: 'right', cell: each => each.revision },
    { key: 'version', title: 'Version', width: 'minmax(90px, 1fr)', cell: each => each.version },
    { key: 'cause', title: 'Cause', width: 'minmax(0, 2fr)', cell: each => each.cause },
    { key: 'age', title: 'Age', width: '60px', align: 'right', from: 420, cell: each => formatAge(each.at, now) },
    {
      key: 'act',
      title: '',
      width: '110px',
      cell: each =>
        each.revision === current ? (
          <span className="quiet">now</span>
        ) : (
          <button
            type="button"
            className="button plain"
            aria-label={`Roll back to revision ${each.revision}`}
            onClick={() => onBack(each.revision)}
          >
            Roll back
          </button>
        ),
    },
  ];
  return (
    <DataGrid<Revision>
      label="Revisions"
      columns={columns}
      count={revisions.length}
      itemAt={index => revisions[index]}
      keyOf={each => String(each.revision)}
      height="max(240px, calc(100dvh - 420px))"
      empty={<Empty title="No revision yet">The cluster has not taken note of it.</Empty>}
    />
  );
}
