// SPDX-License-Identifier: Apache-2.0

import { type ReactNode, useId } from 'react';

export function Panel({
  title,
  aside,
  children,
  className = '',
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  const id = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** How much of something is taken; or, where more is better, how much of it is there. */
export function Meter({
  part,
  whole,
  label,
  moreIsBetter = false,
}: {
  part: number;
  whole: number;
  label: string;
  moreIsBetter?: boolean;
}) {
  const share = whole > 0 ? Math.min(1, part / whole) : 0;
  return (
    <div
      className={share > 0.9 && !moreIsBetter ? 'meter full' : 'meter'}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
    >
      <i style={{ width: `${share * 100}%` }} />
    </div>
  );
}

export function Facts({ facts, inLine = false }: { facts: [string, ReactNode][]; inLine?: boolean }) {
  return (
    <dl className={inLine ? 'facts in-line' : 'facts'}>
      {facts
        .filter(([, value]) => value !== '' && value !== null && value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
