// SPDX-License-Identifier: Apache-2.0

/** A path at the page of the daemon that tests/hub/setup.ts has started. */
export function at(path: string): string {
  return `${process.env.PELAGO_PAGE_ORIGIN}${path}`;
}
