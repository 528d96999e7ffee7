// SPDX-License-Identifier: Apache-2.0

/** A line of the node's answer. `path` is below the folder that was asked for; the folder itself has none. */
export interface Entry {
  path: string;
  /** The letter of find -type. */
  type: string;
  size: number;
  mode: number;
  modified: string;
  target?: string;
}

/** What a folder holds, as its node tells it line by line (docs/protocols/node-api.md). */
export interface Listing {
  /** Folders first. */
  entries: Entry[];
  /** How many names are no UTF-8, so that nothing can ask for what they name. */
  unnamed: number;
  /** Whether there is more than the node looks at. */
  cut: boolean;
  /** How many folders could not be looked into. */
  unreadable: number;
}

interface Line extends Partial<Entry> {
  unnamed?: number;
  end?: { truncated?: boolean; unreadable?: number };
}

/** Throws where the answer broke off: its last line says that it is whole. */
export function listingOf(text: string): Listing {
  let ended = false;
  const listing: Listing = { entries: [], unnamed: 0, cut: false, unreadable: 0 };
  for (const line of text.split('\n').filter(Boolean)) {
    const told = JSON.parse(line) as Line;
    if (told.unnamed !== undefined) listing.unnamed += told.unnamed;
    else if (told.end) {
      ended = true;
      listing.cut = told.end.truncated === true;
      listing.unreadable = told.end.unreadable ?? 0;
    } else if (told.path) listing.entries.push(told as Entry);
  }
  if (!ended) throw new Error('the connection ended before the list did');
  listing.entries.sort((a, b) => Number(isFolder(b)) - Number(isFolder(a)) || a.path.localeCompare(b.path));
  return listing;
}

export function isFolder(entry: Entry): boolean {
  return entry.type === 'd';
}

/** What a list does not show, in words; empty where it shows all. */
export function missingOf({ entries, unnamed, cut, unreadable }: Listing): string {
  return [
    cut ? 'There is more than the node looks at.' : '',
    unnamed === 1 ? '1 name is no UTF-8 and cannot be shown.' : unnamed > 1 ? `${unnamed} names are no UTF-8 and cannot be shown.` : '',
    unreadable > 0 && entries.length === 0 ? 'It cannot be looked into.' : '',
  ]
    .filter(Boolean)
    .join(' ');
}
