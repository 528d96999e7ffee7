// SPDX-License-Identifier: Apache-2.0

import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const key = 'pelago.theme';
const listeners = new Set<() => void>();

export function readTheme(): Theme {
  const kept = localStorage.getItem(key);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export function setTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(key);
  else localStorage.setItem(key, theme);
  applyTheme();
  for (const listener of [...listeners]) listener();
}

/** Colours are `light-dark()` pairs: the colour scheme of the document chooses. */
export function applyTheme(): void {
  const theme = readTheme();
  document.documentElement.style.colorScheme = theme === 'system' ? 'light dark' : theme;
}

function listen(callback: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  listeners.add(callback);
  system.addEventListener('change', callback);
  return () => {
    listeners.delete(callback);
    system.removeEventListener('change', callback);
  };
}

export function useTheme(): Theme {
  return useSyncExternalStore(listen, readTheme);
}

/** What is shown: for canvases, which know no CSS. */
export function useDark(): boolean {
  return useSyncExternalStore(listen, () => {
    const theme = readTheme();
    return theme === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';
  });
}
