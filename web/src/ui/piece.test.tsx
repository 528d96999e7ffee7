// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom

import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { Crash } from '../app/Crash';
import { piece } from './piece';

afterEach(cleanup);

it('shows what it was given until its part of the program is there, and asks for that once', async () => {
  let come = () => {};
  const load = vi.fn(
    () =>
      new Promise<{ default: (props: { who: string }) => string }>(resolve => {
        come = () => resolve({ default: ({ who }) => `hello ${who}` });
      }),
  );
  const Greeting = piece(load, 'wait');
  const first = render(<Greeting who="Ada" />);
  expect(first.container.textContent).toBe('wait');

  await act(async () => come());

  expect(first.container.textContent).toBe('hello Ada');
  expect(render(<Greeting who="Bob" />).container.textContent).toBe('hello Bob');
  expect(load).toHaveBeenCalledTimes(1);
});

it('breaks what it is in where that does not come, and is asked for again when that is tried again', async () => {
  const quiet = vi.spyOn(console, 'error').mockImplementation(() => {});
  const load = vi
    .fn<() => Promise<{ default: () => string }>>()
    .mockRejectedValueOnce(new Error('cut off'))
    .mockResolvedValue({ default: () => 'there' });
  const Part = piece(load, 'wait');
  const { container } = render(
    <Crash>
      <Part />
    </Crash>,
  );
  await screen.findByText('cut off');

  await act(async () => screen.getByRole('button', { name: 'Try again' }).click());

  expect(container.textContent).toBe('there');
  quiet.mockRestore();
});
