// SPDX-License-Identifier: Apache-2.0

import { useCallback, useMemo } from 'react';
import { Link, useLocation } from 'wouter';
import { kinds } from '../../api/resources';
import { useNow } from '../../app/hub';
import { useQueryValue, useScope } from '../../app/scope';
import { formatAge } from '../../kube/age';
import { formatBytes, formatCores, formatCount } from '../../kube/quantity';
import type { Row } from '../../stream/RowSet';
import { DataGrid, type GridColumn, type Sorting } from '../../ui/DataGrid';
import { Mark } from '../../ui/Mark';
import { Empty, isLoading, Loading, Partial } from '../../ui/states';
import { useWindow } from '../../ui/useWindow';
import { links } from '../links';
import { podColumns, podHealth } from '../podColumns';

interface Props {
  filter?: string;
  /** Only the tasks with these labels, or that these fields name. */
  labelSelector?: string;
  fieldSelector?: string;
  /** Only of one cluster and namespace, instead of those that are looked at. */
  within?: { cluster: string; namespace: string };
  height?: string;
}

const nodeColumn: GridColumn<Row> = {
  key: 'node',
  title: 'Node',
  width: 'minmax(0, 1.200fr)',
  from: 900,
  sortable: true,
  cell: row => {
    const node = podColumns.text(row, 'node');
    return node ? (
      <Link href={links.node(row.cluster, node)} tabIndex={-1}>
        {node}
      </Link>
    ) : (
      <span className="quiet">none</span>
    );
  },
};

function columnsOf(severalClusters: boolean, nameNode: boolean, now: number): GridColumn<Row>[] {
  return [
    {
      key: 'name',
      title: 'Task',
      width: 'minmax(0, 2.200fr)',
      sortable: true,
      cell: row => (
        <Link href={links.task(row.cluster, podColumns.text(row, 'namespace'), podColumns.text(row, 'name'))} tabIndex={-1}>
          {podColumns.text(row, 'name')}
        </Link>
      ),
    },
    ...(severalClusters
      ? [{ key: 'cluster', title: 'Cluster', width: 'minmax(0, .8fr)', from: 620, cell: (row: Row) => row.cluster }]
      : []),
    {
      key: 'namespace',
      title: 'Namespace',
      width: 'minmax(0, .9fr)',
      from: 620,
      sortable: true,
      cell: row => podColumns.text(row, 'namespace'),
    },
    {
      key: 'status',
      title: 'Status',
      width: 'minmax(176px, 1.100fr)',
      sortable: true,
      cell: row => <Mark health={podHealth(row)}>{podColumns.text(row, 'status')}</Mark>,
    },
    { key: 'ready', title: 'Ready', width: '54px', align: 'right', from: 480, cell: row => podColumns.text(row, 'ready') },
    {
      key: 'restarts',
      title: 'Restarts',
      width: '70px',
      align: 'right',
      from: 760,
      sortable: true,
      cell: row => podColumns.number(row, 'restarts') || '',
    },
    ...(nameNode ? [nodeColumn] : []),
    {
      key: 'cpu',
      title: 'CPU',
      width: '60px',
      align: 'right',
      from: 1050,
      sortable: true,
      cell: row => formatCores(podColumns.number(row, 'cpu')),
    },
    {
      key: 'memory',
      title: 'Memory',
      width: '80px',
      align: 'right',
      from: 1050,
      sortable: true,
      cell: row => formatBytes(podColumns.number(row, 'memory')),
    },
    {
      key: 'created',
      title: 'Age',
      width: '62px',
      align: 'right',
      sortable: true,
      from: 420,
      cell: row => formatAge(podColumns.text(row, 'created'), now),
    },
  ];
}

/** Tasks of any number: the hub sorts and filters, and only what is in sight is here. */
export function TaskTable({ filter = '', labelSelector = '', fieldSelector = '', within, height }: Props) {
  const scope = useScope();
  const now = useNow();
  const [, go] = useLocation();
  const [sortText, setSort] = useQueryValue('sort', 'name');
  const sorting: Sorting = { key: sortText.replace(/^-/, ''), descending: sortText.startsWith('-') };
  const clusters = within ? [within.cluster] : scope.clusters;
  const sort = useMemo(
    () => [...podColumns.sort(sorting.key, sorting.descending), ...podColumns.sort('namespace', false)],
    [sorting.key, sorting.descending],
  );
  const { snapshot, count, itemAt, onRange } = useWindow({
    clusters,
    namespace: within?.namespace ?? scope.namespace,
    resource: kinds.Pod.resource,
    columns: podColumns.paths,
    labelSelector,
    fieldSelector,
    sort,
    filter,
  });
  const severalClusters = !within && scope.severalClusters;
  const open = useCallback(
    (row: Row) => go(links.task(row.cluster, podColumns.text(row, 'namespace'), podColumns.text(row, 'name'))),
    [go],
  );

  // Where a node is chosen it is the same for all.
  const nameNode = !fieldSelector.includes('nodeName');
  const columns = useMemo(() => columnsOf(severalClusters, nameNode, now), [severalClusters, nameNode, now]);

  return (
    <div className="fill" style={height ? { height, minHeight: 0 } : undefined}>
      <Partial snapshot={snapshot} />
      <DataGrid<Row>
        label="Tasks"
        columns={columns}
        count={count}
        itemAt={itemAt}
        keyOf={row => String(row.id)}
        onOpen={open}
        onRange={onRange}
        sorting={sorting}
        onSort={next => setSort(next.descending ? `-${next.key}` : next.key)}
        filter={filter}
        empty={
          isLoading(snapshot) ? (
            <Loading what="tasks" />
          ) : filter ? (
            <Empty title="Nothing matches">No task has all these words in what is shown of it.</Empty>
          ) : (
            <Empty title="No tasks here" />
          )
        }
        footer={
          <span className="number" role="status">
            {filter ? `${formatCount(snapshot.matched)} of ${formatCount(snapshot.total)} tasks` : `${formatCount(snapshot.total)} tasks`}
            {snapshot.stale && ', as they were'}
          </span>
        }
      />
    </div>
  );
}
