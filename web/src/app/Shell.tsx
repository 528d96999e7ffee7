// SPDX-License-Identifier: Apache-2.0

import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { kinds } from '../api/resources';
import { Columns } from '../stream/columns';
import { useConnection, useFleet, useHub, useRows, useStream } from './hub';
import { Icon, type IconName } from './icons';
import { useQueryValue, useScope, useScopedPath } from './scope';
import { setTheme, type Theme, useTheme } from './theme';
import './shell.css';

interface Place {
  path: string;
  title: string;
  icon: IconName;
}

const places: { title: string; items: Place[] }[] = [
  {
    title: 'See',
    items: [
      { path: '/', title: 'Dashboard', icon: 'dashboard' },
      { path: '/workloads', title: 'Workloads', icon: 'workloads' },
      { path: '/nodes', title: 'Nodes', icon: 'nodes' },
      { path: '/launch', title: 'Launch grid', icon: 'launch' },
    ],
  },
  {
    title: 'Run',
    items: [
      { path: '/catalog', title: 'Catalog', icon: 'catalog' },
      { path: '/installations', title: 'Installations', icon: 'installations' },
      { path: '/jobs', title: 'Jobs', icon: 'jobs' },
      { path: '/history', title: 'History', icon: 'history' },
      { path: '/settings', title: 'Settings', icon: 'settings' },
    ],
  },
];

export function Shell({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another place is another page to those who hear it
  useEffect(() => {
    setOpen(false);
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [location]);
  useEffect(() => {
    if (!open) return;
    const close = (event: KeyboardEvent) => event.key === 'Escape' && setOpen(false);
    addEventListener('keydown', close);
    return () => removeEventListener('keydown', close);
  }, [open]);
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to content
      </a>
      <Navigation open={open} />
      <header className="top">
        <button type="button" className="button menu-button" aria-expanded={open} aria-controls="nav" onClick={() => setOpen(!open)}>
          Menu
        </button>
        <ScopeFields />
        <span className="spring" />
        <ConnectionNote />
        <ThemeSwitch />
      </header>
      <main className="main" id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function Navigation({ open }: { open: boolean }) {
  const [location] = useLocation();
  const scoped = useScopedPath();
  const hub = useHub();
  return (
    <nav className="nav" id="nav" aria-label="Screens" data-open={open}>
      <Link href={scoped('/')} className="brand">
        <img src="/icon.svg" alt="" />
        Pelago
      </Link>
      {places.map(group => (
        <div key={group.title}>
          <h2>{group.title}</h2>
          <ul>
            {group.items.map(({ path, title, icon }) => (
              <li key={path}>
                <Link href={scoped(path)} aria-current={isAt(location, path) ? 'page' : undefined}>
                  <Icon name={icon} />
                  {title}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <div className="foot">
        {hub.session?.user}
        <br />
        {hub.session?.version}
      </div>
    </nav>
  );
}

function isAt(location: string, path: string): boolean {
  if (path === '/') return location === '/';
  return location === path || location.startsWith(`${path}/`) || (path === '/workloads' && location.startsWith('/tasks/'));
}

const namespaceColumns = new Columns({ name: '.metadata.name' });

function ScopeFields() {
  const scope = useScope();
  const fleet = useFleet();
  const [, setCluster] = useQueryValue('cluster');
  const [, setNamespace] = useQueryValue('namespace');
  const { snapshot } = useRows({ clusters: scope.clusters, resource: kinds.Namespace.resource, columns: namespaceColumns.paths });
  const names = [
    ...new Set([...snapshot.rows.map(row => namespaceColumns.text(row, 'name')), ...(scope.namespace ? [scope.namespace] : [])]),
  ].sort();
  return (
    <>
      <label>
        <span className="unseen">Cluster</span>
        <select className="field" value={scope.cluster} onChange={event => setCluster(event.target.value)}>
          <option value="">All clusters</option>
          {fleet.map(cluster => (
            <option key={cluster.name} value={cluster.name}>
              {cluster.name}
              {cluster.api.state === 'unreachable' ? ' (unreachable)' : ''}
            </option>
          ))}
          {scope.cluster && !fleet.some(cluster => cluster.name === scope.cluster) && (
            <option value={scope.cluster}>{scope.cluster}</option>
          )}
        </select>
      </label>
      <label>
        <span className="unseen">Namespace</span>
        <select className="field" value={scope.namespace} onChange={event => setNamespace(event.target.value)}>
          <option value="">All namespaces</option>
          {names.map(name => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

function ConnectionNote() {
  const connection = useConnection();
  const stream = useStream();
  return (
    <span role="status" className="quiet">
      {connection === 'lost' && `Connection lost, trying again${stream.trouble ? ` (${stream.trouble})` : ''}`}
      {connection === 'connecting' && 'Connecting'}
    </span>
  );
}

const themes: [Theme, string][] = [
  ['light', 'Light'],
  ['dark', 'Dark'],
  ['system', 'Auto'],
];

export function ThemeSwitch() {
  const theme = useTheme();
  return (
    <div className="segments" role="group" aria-label="Colours">
      {themes.map(([value, title]) => (
        <button key={value} type="button" aria-pressed={theme === value} onClick={() => setTheme(value)}>
          {title}
        </button>
      ))}
    </div>
  );
}
