// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';
import type { Health } from '../kube/podState';

const shapes: Record<Health, ReactNode> = {
  ok: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  busy: (
    <>
      <circle cx="6" cy="6" r="4.500" fill="none" stroke="currentColor" strokeWidth="1.500" />
      <path d="M6 1.500a4.500 4.500 0 0 1 0 9z" fill="currentColor" />
    </>
  ),
  warn: <path d="M6 .8 11.600 11H.4z" fill="currentColor" />,
  bad: (
    <>
      <rect x="1" y="1" width="10" height="10" rx="2" fill="currentColor" />
      <path d="m3.800 3.800 4.400 4.400m0-4.400-4.400 4.400" stroke="var(--surface)" strokeWidth="1.500" />
    </>
  ),
  idle: <circle cx="6" cy="6" r="4.500" fill="none" stroke="currentColor" strokeWidth="1.500" />,
};

/** A state: a shape, a colour and a word, so that none of them is needed alone. */
export function Mark({ health, children }: { health: Health; children: ReactNode }) {
  return (
    <span className={`mark ${health}`}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        {shapes[health]}
      </svg>
      {children}
    </span>
  );
}
