// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom

import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DataGrid, type Sorting } from './DataGrid';

const columns = [{ key: 'name', title: 'Name', width: '1fr', cell: (item: string) => item }];

beforeEach(() => {
  // Nothing is laid out here, and a grid without a height has no row in sight.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(400);
  vi.spyOn(Element.prototype, 'scrollHeight', 'get').mockReturnValue(170_000);
});
afterEach(cleanup);

function grid(sorting: Sorting, filter = '', count = 5000) {
  return (
    <DataGrid<string>
      label="Rows"
      columns={columns}
      count={count}
      itemAt={index => `row ${index}`}
      keyOf={String}
      sorting={sorting}
      filter={filter}
      empty=""
    />
  );
}

const byName = { key: 'name', descending: false };

it.each([
  ['another order', grid({ key: 'name', descending: true })],
  ['another filter', grid(byName, 'web')],
])('begins at the top with %s, and with no active row', (_, next) => {
  const { rerender } = render(grid(byName));
  const scroller = screen.getByRole('grid');
  scroller.scrollTop = 60_000;
  fireEvent.scroll(scroller);
  fireEvent.click(screen.getByText('row 1770'));
  expect(scroller.querySelector('[aria-selected="true"]')).not.toBeNull();

  rerender(next);

  expect(scroller.scrollTop).toBe(0);
  fireEvent.scroll(scroller);
  expect(screen.getByText('row 0')).toBeDefined();
  expect(scroller.querySelector('[aria-selected="true"]')).toBeNull();
});

it('stays where it is when rows come or go', () => {
  const { rerender } = render(grid(byName));
  const scroller = screen.getByRole('grid');
  scroller.scrollTop = 60_000;
  fireEvent.scroll(scroller);

  rerender(grid({ ...byName }, '', 5010));

  expect(scroller.scrollTop).toBe(60_000);
});
