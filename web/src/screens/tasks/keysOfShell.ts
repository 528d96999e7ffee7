// SPDX-License-Identifier: Apache-2.0

const modifiers = new Set(['Shift', 'Control', 'Alt', 'Meta']);

/**
 * Which keys a shell gets: all, but for a Tab right after an Escape, which goes the browser's way to what comes next, or before. The shell gets the Escape,
 * for what runs in it may want that alone.
 */
export function keysOfShell(): (event: Pick<KeyboardEvent, 'type' | 'key' | 'ctrlKey' | 'altKey' | 'metaKey'>) => boolean {
  let escaped = false;
  return ({ type, key, ctrlKey, altKey, metaKey }) => {
    // Shift comes by itself before the Tab that it goes with.
    if (type !== 'keydown' || modifiers.has(key)) return true;
    const isPlain = !ctrlKey && !altKey && !metaKey;
    const leaves = escaped && isPlain && key === 'Tab';
    escaped = isPlain && key === 'Escape';
    return !leaves;
  };
}
