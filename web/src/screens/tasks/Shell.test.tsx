// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom

import { cleanup, createEvent, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Hub } from '../../api/http';
import { HubProvider } from '../../app/hub';
import { StreamClient } from '../../stream/StreamClient';
import Shell from './Shell';

/** As much of a terminal as takes keys: it keeps from the browser what it takes, as the real one does. */
vi.mock('@xterm/xterm', () => ({
  Terminal: class {
    readonly cols = 80;
    readonly rows = 24;
    readonly textarea = document.createElement('textarea');
    open(element: HTMLElement) {
      element.append(this.textarea);
    }
    attachCustomKeyEventHandler(takes: (event: KeyboardEvent) => boolean) {
      this.textarea.addEventListener('keydown', event => takes(event) && event.preventDefault());
    }
    loadAddon() {}
    onData() {}
    onResize() {}
    focus() {}
    dispose() {}
  },
}));
vi.mock('@xterm/addon-fit', () => ({
  FitAddon: class {
    fit() {}
  },
}));

beforeEach(() => {
  vi.stubGlobal(
    'WebSocket',
    class {
      readonly readyState = 3;
      close() {}
    },
  );
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function open(): HTMLElement {
  const stream = new StreamClient({
    fetch: () => Promise.reject(new TypeError('there is no network')),
    csrf: () => '',
    beforeDrawing: queueMicrotask,
    now: () => 0,
    wait: () => new Promise(() => {}),
    random: () => 0,
  });
  render(
    <HubProvider hub={new Hub()} stream={stream}>
      <Shell place={{ cluster: 'local', namespace: 'shop', pod: 'web-0', container: 'main' }} />
    </HubProvider>,
  );
  return screen.getByRole('textbox');
}

/** Whether the browser does with a key what it does everywhere: of Tab, to go on. */
function isFree(input: HTMLElement, init: KeyboardEventInit): boolean {
  const event = createEvent.keyDown(input, init);
  fireEvent(input, event);
  return !event.defaultPrevented;
}

it('says to everybody how to leave it by keys', () => {
  const input = open();
  const told = document.getElementById(input.getAttribute('aria-describedby') ?? '');
  expect(told?.textContent).toContain('Escape, then Tab');
});

it('is left by Escape and then Tab, on or back, and by no other keys', () => {
  const input = open();
  const keys = (...names: string[]) => names.map(key => isFree(input, { key }));
  expect(keys('Tab', 'a', 'Tab')).toEqual([false, false, false]);
  expect(keys('Escape', 'Tab')).toEqual([false, true]);
  expect(keys('Tab')).toEqual([false]);
  expect(keys('Escape', 'a', 'Tab')).toEqual([false, false, false]);

  expect(keys('Escape', 'Shift')).toEqual([false, false]);
  expect(isFree(input, { key: 'Tab', shiftKey: true })).toBe(true);
  expect(isFree(input, { key: 'Escape', altKey: true })).toBe(false);
  expect(keys('Tab')).toEqual([false]);
});
