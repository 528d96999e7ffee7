// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';
import type { Snapshot } from '../stream/RowSet';

export function Loading({ what }: { what: string }) {
  return (
    <div className="state" role="status">
      <span className="wave" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span>Waiting for {what}</span>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <strong>{title}</strong>
      {children && <span>{children}</span>}
    </div>
  );
}

export function Problem({ title, children, retry }: { title: string; children?: ReactNode; retry?: () => void }) {
  return (
    <div className="notice bad" role="alert">
      <strong>{title}</strong>
      {children && <span>{children}</span>}
      {retry && (
        <div>
          <button type="button" className="button" onClick={retry}>
            Try again
          </button>
        </div>
      )}
    </div>
  );
}

const troubles: Record<string, string> = {
  connecting: 'has not answered yet',
  stale: 'was lost: its rows are as they were',
  unreachable: 'cannot be reached',
  forbidden: 'lets you see nothing of this',
};

/** Which clusters are missing from what is shown, and why. Nothing when all are there. */
export function Partial({ snapshot }: { snapshot: Snapshot }) {
  if (snapshot.error) return <Problem title="The hub ended this view">{snapshot.error.message ?? snapshot.error.reason}</Problem>;
  const missing = [...snapshot.standings].filter(([, standing]) => standing.state in troubles);
  if (missing.length === 0) return null;
  return (
    <div className="notice warn" role="status">
      <ul>
        {missing.map(([cluster, standing]) => (
          <li key={cluster}>
            <strong>{cluster}</strong> {troubles[standing.state]}
            {standing.message && standing.message !== `${cluster} ${troubles[standing.state]}` && (
              <span className="quiet">: {standing.message}</span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Whether rows may still come: no cluster has told its list to the end. */
export function isLoading(snapshot: Snapshot): boolean {
  if (snapshot.error || snapshot.rows.length > 0) return false;
  const states = [...snapshot.standings.values()].map(standing => standing.state);
  return states.length === 0 || (states.some(state => state === 'loading' || state === 'connecting') && !states.includes('live'));
}

/** Whether every cluster that answered says that it does not know such a resource. */
export function isAbsent(snapshot: Snapshot): boolean {
  const states = [...snapshot.standings.values()].map(standing => standing.state);
  return states.length > 0 && states.every(state => state === 'absent');
}
