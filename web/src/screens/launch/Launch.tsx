// SPDX-License-Identifier: Apache-2.0

import { useEffect, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { useFleet, useHub } from '../../app/hub';
import { useScope } from '../../app/scope';
import { useDark } from '../../app/theme';
import { followCells } from '../../cells/CellFeed';
import { lookOf, looks } from '../../cells/looks';
import { formatCount } from '../../kube/quantity';
import { Command } from '../../ui/Command';
import { links } from '../links';
import { CellCanvas } from './CellCanvas';
import { Picture } from './Picture';
import './launch.css';

interface Tally {
  counts: number[];
  pods: number;
  rate: number;
  lag: number;
}

const tellMs = 500;

/** A browser opens six connections to one host, each cluster's cells take one as long as they are shown, and the rest of the page needs some too. */
const mostClusters = 3;

/** Every pod as a cell that comes to life, fed by the binary stream of changes. */
export default function Launch() {
  const hub = useHub();
  const scope = useScope();
  const fleet = useFleet();
  const dark = useDark();
  const [, go] = useLocation();
  const [troubles, setTroubles] = useState<ReadonlyMap<string, string>>(new Map());
  const [tally, setTally] = useState<Tally>({ counts: [], pods: 0, rate: 0, lag: 0 });
  const reachable = fleet.filter(cluster => cluster.api.state !== 'unreachable').map(cluster => cluster.name);
  const names = scope.cluster || reachable.slice(0, mostClusters).join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: other clusters or another namespace are another picture
  const picture = useMemo(() => new Picture(() => performance.now()), [names, scope.namespace]);

  useEffect(() => {
    const stop = new AbortController();
    setTroubles(new Map());
    for (const cluster of names.split(' ').filter(Boolean)) {
      const trouble = (message: string) =>
        setTroubles(before => (before.get(cluster) === message ? before : new Map(before).set(cluster, message)));
      void followCells(hub, cluster, scope.namespace, picture.sinkFor(cluster), { trouble }, stop.signal);
    }
    let before = 0;
    const timer = setInterval(() => {
      const counts = [...picture.counts];
      setTally({
        counts,
        pods: counts.reduce((sum, count) => sum + count, 0),
        rate: ((picture.changes - before) * 1000) / tellMs,
        lag: picture.lag,
      });
      before = picture.changes;
    }, tellMs);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [hub, names, scope.namespace, picture]);

  const open = (place: number) => {
    const pod = picture.pod(place);
    if (!pod) return;
    const [namespace = '', name = ''] = pod.name.split('/');
    go(links.task(pod.cluster, namespace, name));
  };
  const legend = looks.map((look, i) => ({ ...look, i, count: tally.counts[i] ?? 0 })).filter(look => look.i !== lookOf.gone);
  return (
    <>
      <header>
        <div>
          <h1>Launch grid</h1>
          <p className="quiet">Each cell is a task. It keeps its place while it lives.</p>
        </div>
        <dl className="dials">
          <div>
            <dt>Tasks</dt>
            <dd className="number">{formatCount(tally.pods)}</dd>
          </div>
          <div>
            <dt>Ready</dt>
            <dd className="number">{formatCount((tally.counts[lookOf.ready] ?? 0) + (tally.counts[lookOf.restarted] ?? 0))}</dd>
          </div>
          <div>
            <dt>Changes a second</dt>
            <dd className="number">{formatCount(tally.rate)}</dd>
          </div>
          <div>
            <dt>Behind</dt>
            <dd className="number">{Math.round(tally.lag)} ms</dd>
          </div>
        </dl>
      </header>
      {[...troubles]
        .filter(([, message]) => message)
        .map(([cluster, message]) => (
          <p key={cluster} className="notice warn" role="status">
            <span>
              <strong>{cluster}</strong>: {message}
            </span>
          </p>
        ))}
      {!scope.cluster && reachable.length > mostClusters && (
        <p className="notice">
          These are the tasks of {names.split(' ').join(', ')}. Choose a cluster at the top to see another one&apos;s.
        </p>
      )}
      <div className="launch">
        <CellCanvas picture={picture} dark={dark} count={tally.pods} onOpen={open} />
        <ul className="launch-legend" aria-label="Tasks by state">
          {legend.map(look => (
            <li key={look.name} data-empty={look.count === 0}>
              <i style={{ background: dark ? look.dark : look.light }} aria-hidden="true" />
              <span>{look.name}</span>
              <span className="number">{formatCount(look.count)}</span>
            </li>
          ))}
        </ul>
      </div>
      <Command text={scope.cluster ? `pelago watch --grid --cluster ${scope.cluster}` : 'pelago watch --grid --all-clusters'} />
    </>
  );
}
