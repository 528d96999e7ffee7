// SPDX-License-Identifier: Apache-2.0

/** The picture of a package; where it brings none, the beginning of its name on a colour of its own. */
export function Emblem({ name, icon = '' }: { name: string; icon?: string | undefined }) {
  if (icon.startsWith('data:image/')) return <img className="emblem" src={icon} alt="" />;
  return (
    <span className="emblem" aria-hidden="true" style={{ background: `oklch(0.55 0.09 ${hueOf(name)})` }}>
      {name.slice(0, 2)}
    </span>
  );
}

/** The same colour for the same name, always. */
function hueOf(name: string): number {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.charCodeAt(0)) % 360;
  return hash;
}
