// SPDX-License-Identifier: Apache-2.0

import { type FormEvent, useState } from 'react';
import { useFleet, useHub, useNow } from '../../app/hub';
import { ThemeSwitch } from '../../app/Shell';
import { formatAge } from '../../kube/age';
import { Command } from '../../ui/Command';
import { Mark } from '../../ui/Mark';
import { Facts, Panel } from '../../ui/Panel';
import { Problem } from '../../ui/states';
import { type CatalogDocument, useCatalog } from '../catalog/catalogApi';
import { clusterHealth, clusterWord } from '../dashboard/FleetStrip';
import './settings.css';

const kinds = {
  owner: 'who owns this home: with all that its kubeconfigs and clusters allow',
  impersonated: 'by a link for this user: each cluster decides what that user may do',
  token: 'by a ServiceAccount’s token: with what that may do',
};

export default function Settings() {
  const hub = useHub();
  const session = hub.session;
  return (
    <>
      <header>
        <h1>Settings</h1>
        <button type="button" className="button" onClick={() => void hub.logout()}>
          Sign out
        </button>
      </header>
      <div className="settings">
        <Panel title="You">
          <Facts
            facts={[
              ['User', session?.user],
              ['Signed in', session ? kinds[session.kind] : ''],
              ['Until', session?.expires ? new Date(session.expires).toLocaleString() : ''],
              ['Pelago', session?.version],
            ]}
          />
          <div className="setting">
            <span>Colours</span>
            <ThemeSwitch />
          </div>
        </Panel>
        {session?.kind === 'token' && <TokenPanel />}
        <ClusterPanel />
        <RepositoryPanel />
      </div>
    </>
  );
}

function ClusterPanel() {
  const fleet = useFleet();
  const now = useNow(5000);
  return (
    <Panel title="Clusters" className="wide">
      <ul className="clusters">
        {fleet.map(cluster => (
          <li key={cluster.name}>
            <strong>{cluster.name}</strong>
            <Mark health={clusterHealth(cluster)}>{clusterWord(cluster)}</Mark>
            <span className="quiet mono">{cluster.server}</span>
            <span className="quiet">
              {cluster.source === 'home' ? 'of this daemon' : 'added'}
              {cluster.api.since && `, ${cluster.api.state} for ${formatAge(cluster.api.since, now)}`}
            </span>
            {(cluster.api.message || cluster.workloads.message) && (
              <span className="message">{cluster.api.message || cluster.workloads.message}</span>
            )}
          </li>
        ))}
      </ul>
      <p className="quiet">Clusters are added by the command line, which reads your kubeconfig:</p>
      <Command text={'pelago cluster add NAME --context CONTEXT\npelago cluster list\npelago cluster remove NAME'} />
    </Panel>
  );
}

function RepositoryPanel() {
  const loaded = useCatalog<CatalogDocument>('/api/catalog');
  const now = useNow(5000);
  const known = loaded.state === 'there' ? loaded.value.repositories : [];
  return (
    <Panel title="Package repositories" className="wide">
      {loaded.state === 'failed' && <Problem title="They cannot be read">{loaded.message}</Problem>}
      {loaded.state === 'there' && known.length === 0 && <p className="quiet">There is none yet.</p>}
      <ul className="clusters">
        {known.map(({ name, uri, fetched, fault }) => (
          <li key={name}>
            <strong>{name}</strong>
            <Mark health={fault ? 'warn' : 'ok'}>{fault ? 'stale' : 'fetched'}</Mark>
            <span className="quiet mono">{uri}</span>
            <span className="quiet">{fetched ? `${formatAge(fetched, now)} ago` : 'never'}</span>
            {fault && <span className="message">{fault}</span>}
          </li>
        ))}
      </ul>
      <p className="quiet">They belong to the home of this Pelago, and are added by the command line:</p>
      <Command text={'pelago package repo add NAME ADDRESS-OR-FOLDER\npelago package repo update\npelago package repo remove NAME'} />
    </Panel>
  );
}

/** A session by token sees the clusters whose token it gave. */
function TokenPanel() {
  const hub = useHub();
  const [cluster, setCluster] = useState('');
  const [token, setToken] = useState('');
  const [fault, setFault] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await hub.addToken(token.trim(), cluster);
      setToken('');
      setFault('');
    } catch (failed) {
      setFault(failed instanceof Error ? failed.message : String(failed));
    }
  };
  return (
    <Panel title="Tokens of further clusters">
      <form className="stack" onSubmit={submit}>
        {fault && <Problem title="The token was refused">{fault}</Problem>}
        <label htmlFor="token-cluster">Cluster</label>
        <input
          id="token-cluster"
          className="field"
          required
          autoComplete="off"
          value={cluster}
          onChange={event => setCluster(event.target.value)}
        />
        <label htmlFor="token-text">Token</label>
        <input
          id="token-text"
          className="field"
          type="password"
          required
          autoComplete="off"
          value={token}
          onChange={event => setToken(event.target.value)}
        />
        <div className="actions">
          <button type="submit" className="button primary">
            Add
          </button>
        </div>
      </form>
    </Panel>
  );
}
