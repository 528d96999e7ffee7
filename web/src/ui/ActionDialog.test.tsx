// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom

import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { type Action, ActionDialog } from './ActionDialog';

afterEach(cleanup);

it('shows the command for what is chosen, and does that', async () => {
  const run = vi.fn<Action['run']>(async () => {});
  const onClose = vi.fn();
  const option = { label: 'And more', command: 'do it --force' };
  render(<ActionDialog action={{ title: 'Do it', description: '', command: 'do it', verb: 'Do', option, run }} onClose={onClose} />);
  expect(screen.getByText('do it')).toBeDefined();

  fireEvent.click(screen.getByLabelText('And more'));
  expect(screen.getByText('do it --force')).toBeDefined();
  fireEvent.click(screen.getByRole('button', { name: 'Do' }));

  await waitFor(() => expect(onClose).toHaveBeenCalled(), { timeout: 20_000 });
  expect(run).toHaveBeenCalledWith(true);
});
