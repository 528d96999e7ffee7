// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { kinds } from '../../api/resources';
import { useFleet, useHub, useNow, useRows } from '../../app/hub';
import { useQueryValue, useScope } from '../../app/scope';
import { formatAge, formatSeconds } from '../../kube/age';
import type { Health } from '../../kube/podState';
import { Columns } from '../../stream/columns';
import type { Row } from '../../stream/RowSet';
import { type Action, ActionDialog } from '../../ui/ActionDialog';
import { DataGrid, type GridColumn, type Sorting } from '../../ui/DataGrid';
import { Mark } from '../../ui/Mark';
import { Panel } from '../../ui/Panel';
import { SearchBox } from '../../ui/SearchBox';
import { Empty, isLoading, Loading, Partial } from '../../ui/states';
import { useWindow } from '../../ui/useWindow';
import { links } from '../links';
import { runNow, suspend } from './jobActions';
import './jobs.css';

const schedules = new Columns({
  namespace: '.metadata.namespace',
  name: '.metadata.name',
  schedule: '.spec.schedule',
  zone: '.spec.timeZone',
  suspended: '.spec.suspend',
  last: '.status.lastScheduleTime',
  running: 'count(.status.active[*])',
});

const runs = new Columns({
  name: '.metadata.name',
  namespace: '.metadata.namespace',
  owner: '.metadata.ownerReferences[0].name',
  wanted: '.spec.completions',
  succeeded: '.status.succeeded',
  failed: '.status.failed',
  active: '.status.active',
  done: '.status.conditions[?(@.type=="Complete")].status',
  broken: '.status.conditions[?(@.type=="Failed")].status',
  why: '.status.conditions[?(@.type=="Failed")].message',
  started: '.status.startTime',
  ended: '.status.completionTime',
  created: '.metadata.creationTimestamp',
});

export default function Jobs() {
  const [filter, setFilter] = useQueryValue('q');
  return (
    <>
      <header>
        <h1>Jobs</h1>
        <div className="toolbar">
          <SearchBox label="Filter runs" value={filter} onChange={setFilter} />
        </div>
      </header>
      <Schedules />
      <Runs filter={filter} />
    </>
  );
}

function Schedules() {
  const scope = useScope();
  const hub = useHub();
  const fleet = useFleet();
  const now = useNow(5000);
  const [action, setAction] = useState<Action | null>(null);
  const { snapshot } = useRows({
    clusters: scope.clusters,
    namespace: scope.namespace,
    resource: kinds.CronJob.resource,
    columns: schedules.paths,
  });
  const rows = [...snapshot.rows].sort((a, b) => schedules.text(a, 'name').localeCompare(schedules.text(b, 'name')));
  return (
    <Panel title="Schedules">
      {isLoading(snapshot) ? (
        <Loading what="schedules" />
      ) : rows.length === 0 ? (
        <Empty title="Nothing is scheduled">A CronJob makes runs by the clock.</Empty>
      ) : (
        <ul className="schedules">
          {rows.map(row => {
            const target = {
              hub,
              fleet,
              cluster: row.cluster,
              namespace: schedules.text(row, 'namespace'),
              name: schedules.text(row, 'name'),
            };
            const suspended = schedules.text(row, 'suspended') === 'true';
            const last = schedules.text(row, 'last');
            return (
              <li key={row.id}>
                <span className="who">
                  <strong>{target.name}</strong>
                  <span className="quiet">
                    {target.namespace}
                    {scope.severalClusters && ` on ${row.cluster}`}
                  </span>
                </span>
                <span className="mono">
                  {schedules.text(row, 'schedule')} {schedules.text(row, 'zone')}
                </span>
                <Mark health={suspended ? 'idle' : schedules.number(row, 'running') > 0 ? 'busy' : 'ok'}>
                  {suspended ? 'suspended' : schedules.number(row, 'running') > 0 ? 'running' : 'waiting'}
                </Mark>
                <span className="quiet">{last ? `last ${formatAge(last, now)} ago` : 'never ran'}</span>
                <span className="actions">
                  <button type="button" className="button" onClick={() => setAction(runNow(target))}>
                    Run now
                  </button>
                  <button type="button" className="button" onClick={() => setAction(suspend(target, !suspended))}>
                    {suspended ? 'Resume' : 'Suspend'}
                  </button>
                </span>
              </li>
            );
          })}
        </ul>
      )}
      <ActionDialog action={action} onClose={() => setAction(null)} />
    </Panel>
  );
}

function Runs({ filter }: { filter: string }) {
  const scope = useScope();
  const now = useNow();
  const [, go] = useLocation();
  const [sortText, setSort] = useQueryValue('sort', '-created');
  const sorting: Sorting = { key: sortText.replace(/^-/, ''), descending: sortText.startsWith('-') };
  const { snapshot, count, itemAt, onRange } = useWindow({
    clusters: scope.clusters,
    namespace: scope.namespace,
    resource: kinds.Job.resource,
    columns: runs.paths,
    sort: runs.sort(sorting.key, sorting.descending),
    filter,
  });
  const open = (row: Row) => links.workload(row.cluster, runs.text(row, 'namespace'), 'Job', runs.text(row, 'name'));
  const columns: GridColumn<Row>[] = [
    {
      key: 'name',
      title: 'Run',
      width: 'minmax(0, 2fr)',
      sortable: true,
      cell: row => (
        <Link href={open(row)} tabIndex={-1}>
          {runs.text(row, 'name')}
        </Link>
      ),
    },
    ...(scope.severalClusters
      ? [{ key: 'cluster', title: 'Cluster', width: 'minmax(0, .7fr)', from: 700, cell: (row: Row) => row.cluster }]
      : []),
    { key: 'namespace', title: 'Namespace', width: 'minmax(0, .9fr)', from: 600, sortable: true, cell: row => runs.text(row, 'namespace') },
    {
      key: 'state',
      title: 'State',
      width: 'minmax(110px, 1fr)',
      cell: row => {
        const [health, word] = stateOf(row);
        return <Mark health={health}>{word}</Mark>;
      },
    },
    {
      key: 'succeeded',
      title: 'Done',
      width: '74px',
      align: 'right',
      from: 480,
      cell: row => `${runs.number(row, 'succeeded')}/${runs.number(row, 'wanted') || 1}`,
    },
    {
      key: 'failed',
      title: 'Failed',
      width: '66px',
      align: 'right',
      from: 700,
      sortable: true,
      cell: row => runs.number(row, 'failed') || '',
    },
    { key: 'took', title: 'Took', width: '80px', align: 'right', from: 620, cell: row => took(row, now) },
    {
      key: 'created',
      title: 'Age',
      width: '60px',
      align: 'right',
      sortable: true,
      from: 400,
      cell: row => formatAge(runs.text(row, 'created'), now),
    },
  ];
  return (
    <div className="fill">
      <Partial snapshot={snapshot} />
      <DataGrid<Row>
        label="Runs of jobs"
        columns={columns}
        count={count}
        itemAt={itemAt}
        keyOf={row => String(row.id)}
        onOpen={row => go(open(row))}
        onRange={onRange}
        sorting={sorting}
        onSort={next => setSort(next.descending ? `-${next.key}` : next.key)}
        filter={filter}
        empty={
          isLoading(snapshot) ? (
            <Loading what="runs" />
          ) : (
            <Empty title={filter ? 'Nothing matches' : 'No runs'}>Finished runs that are gone from the cluster are under History.</Empty>
          )
        }
        footer={<span className="number">{count === 1 ? '1 run' : `${count} runs`}</span>}
      />
    </div>
  );
}

function stateOf(row: Row): [Health, string] {
  if (runs.text(row, 'broken') === 'True') return ['bad', 'failed'];
  if (runs.text(row, 'done') === 'True') return ['idle', 'completed'];
  return runs.number(row, 'active') > 0 ? ['busy', 'running'] : ['busy', 'waiting'];
}

function took(row: Row, now: number): string {
  const started = Date.parse(runs.text(row, 'started'));
  if (Number.isNaN(started)) return '';
  const ended = Date.parse(runs.text(row, 'ended'));
  return formatSeconds(Math.max(0, Math.floor(((Number.isNaN(ended) ? now : ended) - started) / 1000)));
}
