// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useNow } from '../../app/hub';
import { formatAge } from '../../kube/age';
import { formatBytes, formatCores } from '../../kube/quantity';
import { DataGrid, type GridColumn, type Sorting } from '../../ui/DataGrid';
import { Mark } from '../../ui/Mark';
import { Meter } from '../../ui/Panel';
import { links } from '../links';
import type { NodeItem } from './useNodes';
import './nodes.css';

interface Props {
  nodes: readonly NodeItem[];
  empty: ReactNode;
  severalClusters: boolean;
  sorting: Sorting;
  onSort(sorting: Sorting): void;
  filter: string;
}

export function NodeTable({ nodes, empty, severalClusters, sorting, onSort, filter }: Props) {
  const now = useNow(5000);
  const [, go] = useLocation();
  const columns: GridColumn<NodeItem>[] = [
    {
      key: 'name',
      title: 'Node',
      width: 'minmax(0, 1.500fr)',
      sortable: true,
      cell: node => (
        <Link href={links.node(node.cluster, node.name)} tabIndex={-1}>
          {node.name}
        </Link>
      ),
    },
    ...(severalClusters
      ? [{ key: 'cluster', title: 'Cluster', width: 'minmax(0, .7fr)', sortable: true, cell: (node: NodeItem) => node.cluster }]
      : []),
    {
      key: 'word',
      title: 'State',
      width: 'minmax(110px, 1fr)',
      sortable: true,
      cell: node => <Mark health={node.health}>{node.word}</Mark>,
    },
    { key: 'zone', title: 'Zone', width: 'minmax(0, .7fr)', from: 760, sortable: true, cell: node => node.zone },
    {
      key: 'pods',
      title: 'Tasks',
      width: '84px',
      align: 'right',
      from: 480,
      sortable: true,
      cell: node => (node.podLimit > 0 ? `${node.pods}/${node.podLimit}` : node.pods),
    },
    {
      key: 'cpu',
      title: 'CPU asked for',
      width: 'minmax(90px, 1fr)',
      from: 620,
      sortable: true,
      cell: node => <Share part={node.cpuAsked} whole={node.cpu} format={formatCores} label={`CPU of ${node.name}`} />,
    },
    {
      key: 'memory',
      title: 'Memory asked for',
      width: 'minmax(110px, 1fr)',
      from: 700,
      sortable: true,
      cell: node => <Share part={node.memoryAsked} whole={node.memory} format={formatBytes} label={`Memory of ${node.name}`} />,
    },
    {
      key: 'version',
      title: 'Version',
      width: 'minmax(0, .6fr)',
      from: 1100,
      sortable: true,
      cell: node => <span className="quiet">{node.version}</span>,
    },
    { key: 'created', title: 'Age', width: '60px', align: 'right', from: 420, sortable: true, cell: node => formatAge(node.created, now) },
  ];
  return (
    <DataGrid<NodeItem>
      label="Nodes"
      columns={columns}
      count={nodes.length}
      itemAt={index => nodes[index]}
      keyOf={node => node.key}
      onOpen={node => go(links.node(node.cluster, node.name))}
      sorting={sorting}
      onSort={onSort}
      filter={filter}
      empty={empty}
      footer={<span className="number">{nodes.length === 1 ? '1 node' : `${nodes.length} nodes`}</span>}
    />
  );
}

function Share({ part, whole, format, label }: { part: number; whole: number; format(value: number): string; label: string }) {
  return (
    <span className="share">
      <span className="number">
        {format(part)} <span className="quiet">of {format(whole)}</span>
      </span>
      <Meter part={part} whole={whole} label={label} />
    </span>
  );
}
