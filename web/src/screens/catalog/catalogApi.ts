// SPDX-License-Identifier: Apache-2.0

import { useEffect, useState } from 'react';
import { ApiError } from '../../api/http';
import { useHub } from '../../app/hub';
import type { Schema } from '../../forms/schema';

export interface CatalogRepository {
  name: string;
  uri?: string;
  fetched?: string;
  fault?: string;
}

export interface CatalogEntry {
  name: string;
  version: string;
  description: string;
  tags: string[];
  selected: boolean;
  framework: boolean;
  repository: string;
  /** A data: address; empty where the package brings no picture. */
  icon?: string;
}

export interface CatalogDocument {
  repositories: CatalogRepository[];
  packages: CatalogEntry[];
}

/** A revision of a package as its repository has it. */
export interface CatalogPackage {
  name: string;
  version: string;
  description?: string;
  maintainer?: string;
  website?: string;
  tags?: string[];
  licenses?: { name?: string; url?: string }[];
  preInstallNotes?: string;
  postInstallNotes?: string;
  config?: Schema;
  /** The names that lead to each option that nobody is to read. */
  secrets?: string[][];
  icon?: string;
  repository: string;
  versions: string[];
}

export type Loaded<T> = { state: 'loading' } | { state: 'absent' } | { state: 'failed'; message: string } | { state: 'there'; value: T };

/** A document of the hub's catalog, or of what was installed from it, asked for once. */
export function useCatalog<T>(path: string): Loaded<T> {
  const hub = useHub();
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' });
  useEffect(() => {
    const stop = new AbortController();
    setLoaded({ state: 'loading' });
    hub.read<T>(path, stop.signal).then(
      value => setLoaded({ state: 'there', value }),
      (fault: unknown) => {
        if (stop.signal.aborted) return;
        if (fault instanceof ApiError && fault.code === 404) setLoaded({ state: 'absent' });
        else setLoaded({ state: 'failed', message: fault instanceof Error ? fault.message : String(fault) });
      },
    );
    return () => stop.abort();
  }, [hub, path]);
  return loaded;
}
