// SPDX-License-Identifier: Apache-2.0

export interface Slice {
  name: string;
  value: number;
  colour: string;
}

const radius = 42;
const around = 2 * Math.PI * radius;

/** Parts of a whole. The label says all of it for those who do not see it. */
export function Donut({ slices, label, size = 132, middle }: { slices: Slice[]; label: string; size?: number; middle?: string }) {
  const whole = slices.reduce((sum, slice) => sum + slice.value, 0);
  let from = 0;
  return (
    <svg className="donut" width={size} height={size} viewBox="0 0 100 100" role="img" aria-label={label}>
      <circle cx="50" cy="50" r={radius} fill="none" stroke="var(--idle-soft)" strokeWidth="12" />
      {whole > 0 &&
        slices.map(slice => {
          const part = (slice.value / whole) * around;
          const start = from;
          from += part;
          if (part <= 0) return null;
          return (
            <circle
              key={slice.name}
              cx="50"
              cy="50"
              r={radius}
              fill="none"
              stroke={slice.colour}
              strokeWidth="12"
              strokeDasharray={`${Math.max(0.5, part - (slices.length > 1 ? 1 : 0))} ${around}`}
              strokeDashoffset={-start}
              transform="rotate(-90 50 50)"
            />
          );
        })}
      {middle && (
        <text x="50" y="51" textAnchor="middle" dominantBaseline="middle" fontSize={middle.length > 5 ? 15 : 21}>
          {middle}
        </text>
      )}
    </svg>
  );
}

export function Legend({ slices, format }: { slices: Slice[]; format(value: number): string }) {
  return (
    <ul className="legend">
      {slices.map(slice => (
        <li key={slice.name}>
          <i style={{ background: slice.colour }} aria-hidden="true" />
          <span>{slice.name}</span>
          <span className="number">{format(slice.value)}</span>
        </li>
      ))}
    </ul>
  );
}
