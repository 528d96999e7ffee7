// SPDX-License-Identifier: Apache-2.0

import { useEffect, useState } from 'react';

const waitMs = 150;

/** A filter that is told a moment after the last key, and at once with Enter. */
export function SearchBox({ label, value, onChange }: { label: string; value: string; onChange(value: string): void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new text starts the wait anew
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), waitMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      className="field search"
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={event => setText(event.target.value)}
      onKeyDown={event => event.key === 'Enter' && onChange(text)}
    />
  );
}
