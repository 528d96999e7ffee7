// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useFleet, useHub, useNow } from '../../app/hub';
import { useObject } from '../../app/useObject';
import { formatAge } from '../../kube/age';
import { toYaml } from '../../kube/yaml';
import { type Action, ActionDialog } from '../../ui/ActionDialog';
import { Mark } from '../../ui/Mark';
import { ObjectView } from '../../ui/ObjectView';
import { Facts, Panel } from '../../ui/Panel';
import { ScreenTabs } from '../../ui/ScreenTabs';
import { Empty, Loading, Partial } from '../../ui/states';
import { kubectl } from '../commands';
import { EventList } from '../EventList';
import { InstalledTasks } from './InstalledTasks';
import { rollback, uninstall } from './installationActions';
import { type ClusterJournal, type Installation, installations } from './installing';
import { phaseHealth, stepOf } from './phases';
import { Revisions } from './Revisions';
import './installation.css';

interface Props {
  cluster: string;
  namespace: string;
  name: string;
}

/** One installation: how it is on each of its clusters, what runs of it, what it was before; and changing it. */
export default function InstallationPage({ cluster, namespace, name }: Props) {
  const hub = useHub();
  const fleet = useFleet();
  const [, go] = useLocation();
  const [action, setAction] = useState<Action | null>(null);
  const { object, loading, snapshot } = useObject<Installation>(cluster, installations, namespace, name);
  const target = { hub, cluster, namespace, name };
  const last = object?.status?.revision ?? 0;
  const before = object?.status?.history?.findLast(each => each.revision < last && (each.phase ?? 'Healthy') === 'Healthy');
  const isGoing = object?.metadata?.deletionTimestamp !== undefined;
  const header = (
    <header>
      <div>
        <p className="trail">
          <Link href="/installations">Installations</Link> / {cluster} / {namespace}
        </p>
        <h1>{name}</h1>
      </div>
      {object && !isGoing && (
        <div className="toolbar">
          <Link
            className="button"
            href={`/catalog?${new URLSearchParams({ package: object.spec?.package ?? '', change: `${cluster}/${namespace}/${name}` })}`}
          >
            Change or upgrade
          </Link>
          {before && (
            <button type="button" className="button" onClick={() => setAction(rollback(target, before.revision))}>
              Roll back
            </button>
          )}
          <button type="button" className="button danger" onClick={() => setAction(uninstall(target, () => go('/installations')))}>
            Uninstall
          </button>
        </div>
      )}
    </header>
  );
  if (!object) {
    return (
      <>
        {header}
        <Partial snapshot={snapshot} />
        {loading ? (
          <Loading what={name} />
        ) : (
          <Empty title={`There is no installation ${name}`}>It was never there, or nothing of it is left.</Empty>
        )}
        <ActionDialog action={action} onClose={() => setAction(null)} />
      </>
    );
  }
  return (
    <>
      {header}
      <Standing installation={object} isGoing={isGoing} />
      <ScreenTabs
        label={`Installation ${name}`}
        items={[
          {
            id: 'tasks',
            title: 'Tasks',
            content: <InstalledTasks clusters={clustersOf(object, cluster)} namespace={namespace} name={name} />,
          },
          {
            id: 'revisions',
            title: 'Revisions',
            content: <Revisions installation={object} onBack={revision => setAction(rollback(target, revision))} />,
          },
          { id: 'options', title: 'Options', content: <Chosen installation={object} /> },
          { id: 'events', title: 'Events', content: <EventList of={{ cluster, namespace, kind: 'Installation', name }} /> },
          {
            id: 'object',
            title: 'Object',
            content: (
              <ObjectView object={object} command={kubectl(fleet, cluster, '-n', namespace, 'get', 'installation', name, '-o', 'yaml')} />
            ),
          },
        ]}
      />
      <ActionDialog action={action} onClose={() => setAction(null)} />
    </>
  );
}

function clustersOf(installation: Installation, home: string): string[] {
  const named = installation.spec?.clusters ?? [];
  return named.length > 0 ? named.map(each => each.name) : [home];
}

/** In one look: what is to be there, and how far each cluster is. */
function Standing({ installation, isGoing }: { installation: Installation; isGoing: boolean }) {
  const now = useNow(5000);
  const { spec, status, metadata } = installation;
  const isSeen = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
  const phase = isGoing ? 'Removing' : isSeen ? (status?.phase ?? 'Pending') : 'Pending';
  const all = Object.entries(status?.clusters ?? {}).sort(([a], [b]) => a.localeCompare(b));
  // Of one cluster that is well there is nothing more to say.
  const journals = all.length > 1 ? all : all.filter(([, journal]) => wordsOf(journal) !== '');
  return (
    <Panel
      title={`${spec?.package ?? ''} ${status?.inForce?.version ?? spec?.version ?? ''}`}
      aside={
        <span role="status" className="standing">
          <Mark health={phaseHealth(phase)}>{phase}</Mark>
        </span>
      }
    >
      <Facts
        inLine
        facts={[
          ['Revision', status?.revision ? String(status.revision) : ''],
          ['From', spec?.repository ?? ''],
          ['Age', formatAge(metadata?.creationTimestamp, now)],
          ['Clusters ready', status?.ready ?? ''],
        ]}
      />
      <ul className="journals" hidden={journals.length === 0}>
        {journals.map(([name, journal]) => (
          <li key={name}>
            <strong>{name}</strong>
            <Mark health={phaseHealth(journal.phase ?? 'Pending')}>{journal.phase ?? 'Pending'}</Mark>
            <span className="quiet">{wordsOf(journal)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function wordsOf(journal: ClusterJournal): string {
  const { message = '', failure = '' } = journal;
  return [stepOf(journal), message, failure === message ? '' : failure].filter(Boolean).join(': ');
}

function Chosen({ installation }: { installation: Installation }) {
  const options = installation.spec?.options ?? {};
  // Until the controller has looked at it, secrets that somebody wrote into it may stand among the others.
  if (!installation.status?.sealed || (installation.status.observedGeneration ?? 0) < (installation.metadata?.generation ?? 0))
    return <p className="quiet">They are shown once its secrets have been taken out of them.</p>;
  const { inForce, revision } = installation.status;
  const isInForce = inForce === undefined || inForce.revision === revision;
  const overlays = (installation.spec?.clusters ?? []).filter(each => Object.keys(each.options ?? {}).length > 0);
  return (
    <>
      <Panel title={isInForce ? 'Options that differ from the defaults' : 'Options that were asked for and are not in force'}>
        {Object.keys(options).length === 0 ? (
          <p className="quiet">None: it is as its makers suggest.</p>
        ) : (
          <pre className="mono">
            <code>{toYaml(options)}</code>
          </pre>
        )}
        {installation.spec?.secrets && <p className="quiet">Its secret options are not shown; they lie in a Secret of its own.</p>}
      </Panel>
      {overlays.map(each => (
        <Panel key={each.name} title={`On ${each.name} alone`}>
          <pre className="mono">
            <code>{toYaml(each.options ?? {})}</code>
          </pre>
        </Panel>
      ))}
    </>
  );
}
