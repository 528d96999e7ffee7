// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useHub, useNow, useRows } from '../../app/hub';
import { useScope, useScopedPath } from '../../app/scope';
import { formatAge } from '../../kube/age';
import { Columns } from '../../stream/columns';
import type { Row } from '../../stream/RowSet';
import { type Action, ActionDialog } from '../../ui/ActionDialog';
import { Command } from '../../ui/Command';
import { DataGrid, type GridColumn } from '../../ui/DataGrid';
import { Mark } from '../../ui/Mark';
import { Empty, isAbsent, isLoading, Loading, Partial } from '../../ui/states';
import { links } from '../links';
import { uninstall } from './installationActions';
import { installations } from './installing';
import { phaseHealth } from './phases';

const columns = new Columns({
  namespace: '.metadata.namespace',
  name: '.metadata.name',
  package: '.spec.package',
  version: '.spec.version',
  inForce: '.status.inForce.version',
  revision: '.status.revision',
  ready: '.status.ready',
  phase: '.status.phase',
  message: '.status.message',
  created: '.metadata.creationTimestamp',
  deleted: '.metadata.deletionTimestamp',
});

function linkOf(row: Row): string {
  return links.installation(row.cluster, columns.text(row, 'namespace'), columns.text(row, 'name'));
}

function phaseOf(row: Row): string {
  return columns.text(row, 'deleted') ? 'Removing' : columns.text(row, 'phase') || 'Pending';
}

export default function Installations() {
  const scope = useScope();
  const scoped = useScopedPath();
  const hub = useHub();
  const now = useNow(5000);
  const [, go] = useLocation();
  const [action, setAction] = useState<Action | null>(null);
  const { snapshot } = useRows({
    clusters: scope.clusters,
    namespace: scope.namespace,
    resource: installations,
    columns: columns.paths,
  });
  const rows = [...snapshot.rows].sort((a, b) => columns.text(a, 'name').localeCompare(columns.text(b, 'name')));
  const shown: GridColumn<Row>[] = [
    {
      key: 'name',
      title: 'Name',
      width: 'minmax(0, 1.300fr)',
      cell: row => (
        <Link href={linkOf(row)} tabIndex={-1}>
          {columns.text(row, 'name')}
        </Link>
      ),
    },
    ...(scope.severalClusters
      ? [{ key: 'cluster', title: 'Cluster', width: 'minmax(0, .7fr)', from: 700, cell: (row: Row) => row.cluster }]
      : []),
    { key: 'namespace', title: 'Namespace', width: 'minmax(0, .8fr)', from: 760, cell: row => columns.text(row, 'namespace') },
    {
      key: 'package',
      title: 'Package',
      width: 'minmax(0, 1.200fr)',
      from: 480,
      cell: row => (
        <Link
          href={scoped('/catalog', { package: columns.text(row, 'package') })}
        >{`${columns.text(row, 'package')} ${columns.text(row, 'inForce') || columns.text(row, 'version')}`}</Link>
      ),
    },
    {
      key: 'phase',
      title: 'State',
      width: 'minmax(110px, 1fr)',
      cell: row => <Mark health={phaseHealth(phaseOf(row))}>{phaseOf(row)}</Mark>,
    },
    {
      key: 'message',
      title: 'What it says',
      width: 'minmax(0, 2fr)',
      from: 900,
      cell: row => <span className="quiet">{columns.text(row, 'message')}</span>,
    },
    { key: 'revision', title: 'Revision', width: '70px', align: 'right', from: 620, cell: row => columns.number(row, 'revision') || '' },
    { key: 'age', title: 'Age', width: '60px', align: 'right', from: 420, cell: row => formatAge(columns.text(row, 'created'), now) },
    {
      key: 'act',
      title: '',
      width: '92px',
      cell: row => (
        <button
          type="button"
          className="button plain"
          aria-label={`Uninstall ${columns.text(row, 'name')}`}
          onClick={() =>
            setAction(uninstall({ hub, cluster: row.cluster, namespace: columns.text(row, 'namespace'), name: columns.text(row, 'name') }))
          }
        >
          Uninstall
        </button>
      ),
    },
  ];
  return (
    <>
      <header>
        <h1>Installations</h1>
        <Link className="button" href={scoped('/catalog')}>
          Install something
        </Link>
      </header>
      {isAbsent(snapshot) ? (
        <>
          <Empty title="Nothing was installed by packages here">
            These clusters do not know installations yet: the first one brings them.
          </Empty>
          <Command text="pelago package install NAME" />
        </>
      ) : (
        <div className="fill">
          <Partial snapshot={snapshot} />
          <DataGrid<Row>
            label="Installations"
            columns={shown}
            count={rows.length}
            itemAt={index => rows[index]}
            keyOf={row => String(row.id)}
            onOpen={row => go(linkOf(row))}
            empty={
              isLoading(snapshot) ? (
                <Loading what="installations" />
              ) : (
                <Empty title="Nothing is installed">Choose a package from the catalog.</Empty>
              )
            }
            footer={<span className="number">{rows.length === 1 ? '1 installation' : `${rows.length} installations`}</span>}
          />
        </div>
      )}
      <ActionDialog action={action} onClose={() => setAction(null)} />
    </>
  );
}
