// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';
import { useFleet, useNow } from '../../app/hub';
import { useQueryValue, useScope } from '../../app/scope';
import { formatAge, formatSeconds } from '../../kube/age';
import { Command } from '../../ui/Command';
import { DataGrid, type GridColumn } from '../../ui/DataGrid';
import { Mark } from '../../ui/Mark';
import { SearchBox } from '../../ui/SearchBox';
import { Segments } from '../../ui/Segments';
import { Empty, Loading } from '../../ui/states';
import { type FinishedRun, useFinishedRuns } from './useFinishedRuns';

/** Runs that have ended, also those that their clusters have forgotten. */
export default function History() {
  const scope = useScope();
  const fleet = useFleet();
  const now = useNow(5000);
  const [search, setSearch] = useQueryValue('q');
  const [outcome, setOutcome] = useQueryValue('outcome', 'all');
  const [again, setAgain] = useState(0);
  const clusters = scope.cluster ? [scope.cluster] : fleet.map(cluster => cluster.name);
  const { runs, faults, loading, more } = useFinishedRuns({ clusters, namespace: scope.namespace, search, outcome, again });

  const columns: GridColumn<FinishedRun>[] = [
    { key: 'pod', title: 'Task', width: 'minmax(0, 1.900fr)', cell: run => run.pod },
    { key: 'container', title: 'Container', width: 'minmax(0, .8fr)', from: 900, cell: run => run.container },
    ...(scope.severalClusters
      ? [{ key: 'cluster', title: 'Cluster', width: 'minmax(0, .7fr)', from: 760, cell: (run: FinishedRun) => run.cluster }]
      : []),
    { key: 'namespace', title: 'Namespace', width: 'minmax(0, .8fr)', from: 620, cell: run => run.namespace },
    { key: 'owner', title: 'Of', width: 'minmax(0, 1.400fr)', from: 1000, cell: run => <span className="quiet">{run.owner}</span> },
    {
      key: 'outcome',
      title: 'Outcome',
      width: 'minmax(112px, .8fr)',
      cell: run => (
        <Mark health={run.failed ? 'bad' : 'idle'}>{run.failed ? `${run.reason || 'Failed'} (${run.exitCode})` : 'Succeeded'}</Mark>
      ),
    },
    {
      key: 'took',
      title: 'Took',
      width: '74px',
      align: 'right',
      from: 620,
      cell: run => (run.seconds === null ? '' : formatSeconds(run.seconds)),
    },
    { key: 'finished', title: 'Ended', width: '90px', align: 'right', cell: run => `${formatAge(run.finished, now)} ago` },
  ];
  return (
    <>
      <header>
        <h1>History</h1>
        <div className="toolbar">
          <SearchBox label="Namespace, task or container" value={search} onChange={setSearch} />
          <Segments
            label="Outcome"
            value={outcome}
            onChange={setOutcome}
            options={[
              ['all', 'All'],
              ['Failed', 'Failed'],
              ['Succeeded', 'Succeeded'],
            ]}
          />
          <button type="button" className="button" onClick={() => setAgain(again + 1)}>
            Look again
          </button>
        </div>
      </header>
      {faults.length > 0 && (
        <div className="notice warn" role="status">
          <ul>
            {faults.map(({ cluster, message }) => (
              <li key={cluster}>
                <strong>{cluster}</strong>: {message}
              </li>
            ))}
          </ul>
        </div>
      )}
      <div className="fill">
        <DataGrid<FinishedRun>
          label="Finished runs"
          columns={columns}
          count={runs.length}
          itemAt={index => runs[index]}
          keyOf={run => run.key}
          onRange={(_, last) => last > runs.length - 30 && more()}
          filter={`${outcome} ${search}`}
          empty={
            loading ? (
              <Loading what="finished runs" />
            ) : (
              <Empty title="No finished runs">
                {search || outcome !== 'all' ? 'None that matches.' : 'What ends from now on is kept here, with its log.'}
              </Empty>
            )
          }
          footer={<span className="number">{runs.length === 1 ? '1 run' : `${runs.length} runs`}</span>}
        />
      </div>
      <Command text={`pelago history query${scope.cluster ? ` --cluster ${scope.cluster}` : ' --all-clusters'}`} />
    </>
  );
}
