// SPDX-License-Identifier: Apache-2.0

import { useMemo } from 'react';
import { useQueryValue, useScope } from '../../app/scope';
import type { Sorting } from '../../ui/DataGrid';
import { SearchBox } from '../../ui/SearchBox';
import { Segments } from '../../ui/Segments';
import { Empty, isLoading, Loading, Partial } from '../../ui/states';
import { NodeGrid } from './NodeGrid';
import { NodeTable } from './NodeTable';
import { type NodeItem, useNodes } from './useNodes';

const collator = new Intl.Collator('en', { numeric: true });

export default function Nodes() {
  const scope = useScope();
  const [view, setView] = useQueryValue('view', 'table');
  const [filter, setFilter] = useQueryValue('q');
  const [sortText, setSort] = useQueryValue('sort', 'name');
  const { nodes, snapshot } = useNodes(scope);
  const sorting: Sorting = { key: sortText.replace(/^-/, ''), descending: sortText.startsWith('-') };
  const shown = useMemo(
    () => sorted(filtered(nodes, filter), sorting.key, sorting.descending),
    [nodes, filter, sorting.key, sorting.descending],
  );
  const empty = isLoading(snapshot) ? (
    <Loading what="nodes" />
  ) : (
    <Empty title={filter ? 'Nothing matches' : 'No nodes'}>
      {filter ? 'No node has all these words.' : 'pelago up --nodes N starts some.'}
    </Empty>
  );
  return (
    <>
      <header>
        <h1>Nodes</h1>
        <div className="toolbar">
          <SearchBox label="Filter nodes" value={filter} onChange={setFilter} />
          <Segments
            label="View"
            value={view}
            onChange={setView}
            options={[
              ['table', 'Table'],
              ['grid', 'Donuts'],
            ]}
          />
        </div>
      </header>
      <div className="fill">
        <Partial snapshot={snapshot} />
        {view === 'grid' ? (
          <NodeGrid nodes={shown} empty={empty} severalClusters={scope.severalClusters} />
        ) : (
          <NodeTable
            nodes={shown}
            empty={empty}
            severalClusters={scope.severalClusters}
            sorting={sorting}
            onSort={next => setSort(next.descending ? `-${next.key}` : next.key)}
            filter={filter}
          />
        )}
      </div>
    </>
  );
}

function filtered(nodes: readonly NodeItem[], filter: string): readonly NodeItem[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return nodes;
  return nodes.filter(node => {
    const text = `${node.name} ${node.cluster} ${node.word} ${node.zone} ${node.address} ${node.version}`.toLowerCase();
    return words.every(word => text.includes(word));
  });
}

function sorted(nodes: readonly NodeItem[], key: string, descending: boolean): NodeItem[] {
  const value = (node: NodeItem): string | number => {
    if (key === 'cpu') return node.cpu > 0 ? node.cpuAsked / node.cpu : 0;
    if (key === 'memory') return node.memory > 0 ? node.memoryAsked / node.memory : 0;
    const found = node[key as keyof NodeItem];
    return typeof found === 'number' ? found : String(found ?? '');
  };
  const sign = descending ? -1 : 1;
  return [...nodes].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    const order = typeof left === 'number' && typeof right === 'number' ? left - right : collator.compare(String(left), String(right));
    return sign * order || collator.compare(a.key, b.key);
  });
}
