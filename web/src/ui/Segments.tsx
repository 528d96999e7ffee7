// SPDX-License-Identifier: Apache-2.0

interface Props {
  label: string;
  value: string;
  options: [string, string][];
  onChange(value: string): void;
}

/** A few choices of which one holds. */
export function Segments({ label, value, options, onChange }: Props) {
  return (
    <div className="segments" role="group" aria-label={label}>
      {options.map(([option, title]) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => onChange(option)}>
          {title}
        </button>
      ))}
    </div>
  );
}
