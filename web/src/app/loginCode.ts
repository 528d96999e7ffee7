// SPDX-License-Identifier: Apache-2.0

/** The code of a login link, which is taken out of the address before anything else is done: it must not stay in the history. */
export function takeLoginCode(
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get('login');
  if (code) history.replaceState(null, '', location.pathname + location.search);
  return code;
}
