// SPDX-License-Identifier: Apache-2.0

import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, type ReactNode, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import './datagrid.css';

export interface GridColumn<T> {
  key: string;
  title: string;
  /** A track of CSS grid. */
  width: string;
  align?: 'right';
  /** Shown only where the grid is at least so wide, in px. */
  from?: number;
  sortable?: boolean;
  cell(item: T): ReactNode;
}

export interface Sorting {
  key: string;
  descending: boolean;
}

interface Props<T> {
  label: string;
  columns: GridColumn<T>[];
  count: number;
  /** Undefined while a row is awaited. */
  itemAt(index: number): T | undefined;
  keyOf(item: T): string;
  /** What Enter and a double click do. */
  onOpen?(item: T): void;
  onRange?(first: number, last: number): void;
  sorting?: Sorting;
  onSort?(sorting: Sorting): void;
  /** What the rows are chosen by. */
  filter?: string;
  /** For trees: how deep, and whether it is open. */
  level?(item: T): number;
  expanded?(item: T): boolean | undefined;
  onExpand?(item: T, expanded: boolean): void;
  footer?: ReactNode;
  empty: ReactNode;
  height?: string;
}

const rowHeight = 34;
const headHeight = 36;

/**
 * A table of any length: only the rows in sight exist. The arrow keys, Page Up and Down, Home and End move the active row, Enter opens it;
 * in trees Left and Right close and open.
 */
export function DataGrid<T>(props: Props<T>) {
  const { label, count, itemAt, keyOf, onRange, sorting, onSort, filter = '', footer, empty, height = '100%' } = props;
  const frame = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const [width, setWidth] = useState(1280);
  const [active, setActive] = useState(-1);
  const columns = useMemo(() => props.columns.filter(column => width >= (column.from ?? 0)), [props.columns, width]);
  const template = columns.map(column => column.width).join(' ');
  const tree = props.level !== undefined;

  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
  });
  // Other rows begin at the top: what was in sight or active is elsewhere now, and of a window of rows the hub sends the first anew.
  const order = `${sorting?.key} ${sorting?.descending} ${filter}`;
  const shown = useRef(order);
  useLayoutEffect(() => {
    if (shown.current === order) return;
    shown.current = order;
    virtualizer.scrollToOffset(0);
    setActive(-1);
  }, [order, virtualizer]);
  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => onRange?.(first, last), [first, last, onRange]);

  const move = (to: number) => {
    const next = Math.max(0, Math.min(count - 1, to));
    setActive(next);
    virtualizer.scrollToIndex(next);
  };
  const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 340) / rowHeight) - 1);
  const onKeyDown = (event: KeyboardEvent) => {
    // The buttons in the head have keys of their own.
    if (event.target !== event.currentTarget) return;
    const item = active >= 0 ? itemAt(active) : undefined;
    const steps: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: count - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) move(to);
    else if (event.key === 'Enter' && item) props.onOpen?.(item);
    else if (event.key === 'ArrowRight' && item && props.expanded?.(item) === false) props.onExpand?.(item, true);
    else if (event.key === 'ArrowLeft' && item && props.expanded?.(item) === true) props.onExpand?.(item, false);
    else return;
    event.preventDefault();
  };

  return (
    <div className="grid" style={{ height }} ref={frame}>
      {count === 0 ? (
        empty
      ) : (
        <div
          ref={scroller}
          role={tree ? 'treegrid' : 'grid'}
          aria-label={label}
          aria-rowcount={count + 1}
          aria-colcount={columns.length}
          aria-activedescendant={active >= first && active <= last ? `${id}-${active}` : undefined}
          tabIndex={0}
          className="scroller"
          onKeyDown={onKeyDown}
        >
          <div role="rowgroup" className="heads">
            <div role="row" aria-rowindex={1} className="head" style={{ gridTemplateColumns: template }}>
              {columns.map(column => (
                <Heading key={column.key} column={column} sorting={sorting} onSort={onSort} />
              ))}
            </div>
          </div>
          <div className="body" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
            {items.map(({ index, start }) => {
              const item = itemAt(index);
              return (
                <GridRow<T>
                  key={item ? keyOf(item) : index}
                  id={`${id}-${index}`}
                  index={index}
                  start={start - headHeight}
                  item={item}
                  columns={columns}
                  template={template}
                  level={item && props.level?.(item)}
                  expanded={item && props.expanded?.(item)}
                  active={index === active}
                  onActive={setActive}
                  onOpen={props.onOpen}
                />
              );
            })}
          </div>
        </div>
      )}
      {footer && <footer>{footer}</footer>}
    </div>
  );
}

interface RowProps<T> {
  id: string;
  index: number;
  start: number;
  item: T | undefined;
  columns: GridColumn<T>[];
  template: string;
  level: number | undefined;
  expanded: boolean | undefined;
  active: boolean;
  onActive(index: number): void;
  onOpen: ((item: T) => void) | undefined;
}

/** Drawn anew only when something in it differs, not when its neighbours scroll. */
const GridRow = memo(function GridRow<T>(props: RowProps<T>) {
  const { id, index, start, item, columns, template, level, expanded, active, onActive, onOpen } = props;
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={active}
      {...(level !== undefined && { 'aria-level': level + 1 })}
      {...(expanded !== undefined && { 'aria-expanded': expanded })}
      className={active ? 'row active' : 'row'}
      style={{ transform: `translateY(${start}px)`, gridTemplateColumns: template }}
      onClick={() => onActive(index)}
      onDoubleClick={() => item && onOpen?.(item)}
    >
      {columns.map(column => (
        <div key={column.key} role="gridcell" className={column.align ? `cell ${column.align}` : 'cell'}>
          {item ? column.cell(item) : <div className="awaited" />}
        </div>
      ))}
    </div>
  );
}) as <T>(props: RowProps<T>) => ReactNode;

interface HeadingProps<T> {
  column: GridColumn<T>;
  sorting: Sorting | undefined;
  onSort: ((sorting: Sorting) => void) | undefined;
}

function Heading<T>({ column, sorting, onSort }: HeadingProps<T>) {
  const sorted = sorting?.key === column.key ? (sorting.descending ? 'descending' : 'ascending') : 'none';
  const className = column.align ?? '';
  if (!column.sortable || !onSort) {
    return (
      <div role="columnheader" className={className}>
        {column.title}
      </div>
    );
  }
  return (
    <div role="columnheader" aria-sort={sorted} className={className}>
      <button type="button" onClick={() => onSort({ key: column.key, descending: sorted === 'ascending' })}>
        {column.title}
        {sorted !== 'none' && <span aria-hidden="true">{sorted === 'ascending' ? '↑' : '↓'}</span>}
      </button>
    </div>
  );
}
