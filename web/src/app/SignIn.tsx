// SPDX-License-Identifier: Apache-2.0

import { type FormEvent, useState } from 'react';
import type { Hub, Session } from '../api/http';
import { Command } from '../ui/Command';
import { Problem } from '../ui/states';
import './shell.css';

/** For whoever comes without a session: how to get a link, and a token as the other way. */
export function SignIn({ hub, fault, onSignedIn }: { hub: Hub; fault: string; onSignedIn(session: Session): void }) {
  const [token, setToken] = useState('');
  const [cluster, setCluster] = useState('');
  const [refusal, setRefusal] = useState(fault);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      onSignedIn(await hub.login({ token: token.trim(), ...(cluster && { cluster }) }));
    } catch (failed) {
      setRefusal(failed instanceof Error ? failed.message : String(failed));
      setBusy(false);
    }
  };
  return (
    <main className="signin">
      <h1>Sign in to Pelago</h1>
      {refusal && <Problem title="You were not let in">{refusal}</Problem>}
      <div className="stack">
        <p>Where Pelago runs, ask for a link that works once and open it in this browser:</p>
        <Command text="pelago dashboard" />
      </div>
      <form onSubmit={submit}>
        <p>Or sign in with the token of a ServiceAccount, and see what it may see:</p>
        <label htmlFor="token">Token</label>
        <input
          id="token"
          className="field"
          type="password"
          autoComplete="off"
          required
          value={token}
          onChange={event => setToken(event.target.value)}
        />
        <label htmlFor="cluster">Cluster (where there are several)</label>
        <input id="cluster" className="field" autoComplete="off" value={cluster} onChange={event => setCluster(event.target.value)} />
        <div className="actions">
          <button type="submit" className="button primary" disabled={busy}>
            Sign in
          </button>
        </div>
      </form>
    </main>
  );
}
