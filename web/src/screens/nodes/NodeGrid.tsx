// SPDX-License-Identifier: Apache-2.0

import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { formatBytes, formatCores } from '../../kube/quantity';
import { links } from '../links';
import { NodeDonut } from './NodeDonut';
import type { NodeItem } from './useNodes';
import './nodes.css';

const cellWidth = 132;
const cellHeight = 148;

/** A donut for each node: CPU outside, memory inside; the middle says how it is. Only rows in sight exist. */
export function NodeGrid({ nodes, empty, severalClusters }: { nodes: readonly NodeItem[]; empty: ReactNode; severalClusters: boolean }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(1200);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const across = Math.max(1, Math.floor(width / cellWidth));
  const virtualizer = useVirtualizer({
    count: Math.ceil(nodes.length / across),
    getScrollElement: () => scroller.current,
    estimateSize: () => cellHeight,
    overscan: 3,
  });
  return (
    <>
      <p className="quiet">Outer ring: CPU that is asked for. Inner ring: memory. The middle: how the node is.</p>
      <section className="nodegrid" ref={scroller} aria-label="Nodes as donuts">
        {nodes.length === 0 && empty}
        <ul style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().flatMap(row =>
            nodes.slice(row.index * across, (row.index + 1) * across).map((node, column) => (
              <li key={node.key} style={{ transform: `translate(${(column * width) / across}px, ${row.start}px)`, width: width / across }}>
                <Link href={links.node(node.cluster, node.name)} title={describe(node)}>
                  <NodeDonut node={node} />
                  <span className="title">{node.name}</span>
                  {severalClusters && <span className="quiet">{node.cluster}</span>}
                </Link>
              </li>
            )),
          )}
        </ul>
      </section>
    </>
  );
}

function describe(node: NodeItem): string {
  return `${node.name} on ${node.cluster}: ${node.word}, ${node.pods} tasks, ${formatCores(node.cpuAsked)} of ${formatCores(node.cpu)} cores and ${formatBytes(node.memoryAsked)} of ${formatBytes(node.memory)} asked for`;
}
