// SPDX-License-Identifier: Apache-2.0

import type { JsonObject } from '../../forms/schema';

/** What /api/installations is asked for: docs/protocols/page.md. */
export interface InstallRequest {
  operation: 'install' | 'upgrade' | 'rollback';
  /** Where it is installed, or is to be. */
  clusters: string[];
  namespace: string;
  name: string;
  package?: string;
  version?: string;
  options?: JsonObject;
  revision?: number;
}

export interface ObjectChange {
  sign: '+' | '~' | '-' | '!';
  kind: string;
  name: string;
  fields: string[];
}

/** What a request would change, or has changed. */
export interface InstallPlan {
  package: string;
  version: string;
  from: string | null;
  cause: string;
  options: JsonObject;
  reviewed: string;
  /** The cluster that has the Installation. */
  keeper: string;
  /** Why its secret options of before are not to be had, and have to be given again; empty where they are. */
  lost: string;
  /** What is installed before it because it needs that, and why. */
  needs: string[];
  /** What it needs and nobody has installed. */
  missing: string[];
  /** Nothing of what is asked for is new. */
  same: boolean;
  clusters: { name: string; changes: ObjectChange[]; notes: string[]; fault?: string }[];
}

export const installPath = '/api/installations';

/** What a change of an installation starts from: what is in force, whatever was asked for and given up. */
export interface StoredOptions {
  version: string;
  options: JsonObject;
  /** The names that lead to each secret option that has a value. */
  secrets: string[][];
  /** Why the secret ones are not to be had; empty where they are. */
  lost: string;
}

export function optionsPath(cluster: string, namespace: string, name: string): string {
  return `${installPath}/options?${new URLSearchParams({ cluster, namespace, name })}`;
}

export const installations = 'packages.pelago.dev/v1alpha1/installations';
/** What marks what an installation applied. */
export const installationLabel = 'packages.pelago.dev/installation';

export interface Installation {
  metadata?: { name?: string; namespace?: string; creationTimestamp?: string; deletionTimestamp?: string; generation?: number };
  spec?: {
    package?: string;
    version?: string;
    repository?: string;
    options?: JsonObject;
    /** Where its secret options are; they are not among the others. */
    secrets?: string;
    clusters?: { name: string; options?: JsonObject }[];
    timeoutSeconds?: number;
  };
  status?: {
    phase?: string;
    message?: string;
    ready?: string;
    revision?: number;
    observedGeneration?: number;
    /** The revision that is there; nothing where none is. */
    inForce?: { revision: number; version: string };
    /** Its secret options are no longer among the others. */
    sealed?: boolean;
    history?: Revision[];
    clusters?: Record<string, ClusterJournal>;
  };
}

export interface Revision {
  revision: number;
  package: string;
  version: string;
  cause: string;
  at: string;
  /** What became of it; nothing where that is not known yet, or no more. */
  phase?: string;
}

export interface ClusterJournal {
  phase?: string;
  step?: string;
  operation?: string;
  revision?: number;
  message?: string;
  failure?: string;
}
