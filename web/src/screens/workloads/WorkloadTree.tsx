// SPDX-License-Identifier: Apache-2.0

import { useMemo, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useNow } from '../../app/hub';
import { useScope } from '../../app/scope';
import { formatAge } from '../../kube/age';
import { DataGrid, type GridColumn } from '../../ui/DataGrid';
import { Mark } from '../../ui/Mark';
import { Meter } from '../../ui/Panel';
import { Empty, isLoading, Loading, Partial } from '../../ui/states';
import { links } from '../links';
import { type Line, treeOf } from './tree';
import { useWorkloads } from './useWorkloads';
import './workloads.css';

/** Everything that makes tasks, below its namespace. */
export function WorkloadTree({ filter }: { filter: string }) {
  const scope = useScope();
  const now = useNow(5000);
  const [, go] = useLocation();
  const { workloads, snapshots } = useWorkloads(scope);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(() => treeOf(workloads, filter, closed, scope.severalClusters), [workloads, filter, closed, scope.severalClusters]);
  const first = snapshots[0];
  const expand = (line: Line, open: boolean) => {
    const next = new Set(closed);
    if (open) next.delete(line.key);
    else next.add(line.key);
    setClosed(next);
  };

  const columns: GridColumn<Line>[] = [
    {
      key: 'name',
      title: 'Name',
      width: 'minmax(0, 2fr)',
      cell: line =>
        line.kind === 'namespace' ? (
          <span className="branch">
            <button
              type="button"
              className="toggle"
              tabIndex={-1}
              aria-label={`${line.open ? 'Close' : 'Open'} ${line.namespace}`}
              onClick={() => expand(line, !line.open)}
            >
              {line.open ? '▾' : '▸'}
            </button>
            <strong>{line.namespace}</strong>
            {scope.severalClusters && <span className="quiet"> on {line.cluster}</span>}
          </span>
        ) : (
          <span className="leaf">
            <Link
              href={links.workload(line.workload.cluster, line.workload.namespace, line.workload.kind, line.workload.name)}
              tabIndex={-1}
            >
              {line.workload.name}
            </Link>
          </span>
        ),
    },
    {
      key: 'kind',
      title: 'Kind',
      width: '110px',
      from: 700,
      cell: line => <span className="quiet">{line.kind === 'workload' ? line.workload.kind : `${line.count} in all`}</span>,
    },
    {
      key: 'state',
      title: 'State',
      width: '120px',
      cell: line =>
        line.kind === 'workload' ? (
          <Mark health={line.workload.health}>{line.workload.word}</Mark>
        ) : (
          !line.open && <Mark health={line.health}>{line.health}</Mark>
        ),
    },
    {
      key: 'ready',
      title: 'Ready',
      width: '84px',
      align: 'right',
      cell: line => (line.kind === 'workload' ? `${line.workload.ready}/${line.workload.desired}` : `${line.ready}/${line.desired}`),
    },
    {
      key: 'share',
      title: '',
      width: 'minmax(60px, 1fr)',
      from: 900,
      cell: line => {
        const { ready, desired } = line.kind === 'workload' ? line.workload : line;
        return <Meter part={ready} whole={desired} label={`${ready} of ${desired} ready`} moreIsBetter />;
      },
    },
    {
      key: 'image',
      title: 'Image',
      width: 'minmax(0, 1.500fr)',
      from: 1100,
      cell: line => line.kind === 'workload' && <span className="quiet mono">{line.workload.images}</span>,
    },
    {
      key: 'age',
      title: 'Age',
      width: '60px',
      align: 'right',
      from: 560,
      cell: line => line.kind === 'workload' && formatAge(line.workload.created, now),
    },
  ];

  return (
    <div className="fill">
      {first && <Partial snapshot={first} />}
      <DataGrid<Line>
        label="Workloads by namespace"
        columns={columns}
        count={lines.length}
        itemAt={index => lines[index]}
        keyOf={line => line.key}
        level={line => (line.kind === 'namespace' ? 0 : 1)}
        expanded={line => (line.kind === 'namespace' ? line.open : undefined)}
        onExpand={expand}
        filter={filter}
        onOpen={line =>
          line.kind === 'namespace'
            ? expand(line, !line.open)
            : go(links.workload(line.workload.cluster, line.workload.namespace, line.workload.kind, line.workload.name))
        }
        empty={
          snapshots.some(isLoading) && workloads.length === 0 ? (
            <Loading what="workloads" />
          ) : filter ? (
            <Empty title="Nothing matches">No workload has all these words in its name, namespace, kind, state or image.</Empty>
          ) : (
            <Empty title="No workloads here">Install something from the catalog, or apply a Deployment with kubectl.</Empty>
          )
        }
        footer={<span className="number">{workloads.length === 1 ? '1 workload' : `${workloads.length} workloads`}</span>}
      />
    </div>
  );
}
