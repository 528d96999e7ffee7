// SPDX-License-Identifier: Apache-2.0

import { useFleet, useNow } from '../../app/hub';
import { useQueryValue } from '../../app/scope';
import { formatAge } from '../../kube/age';
import type { Health } from '../../kube/podState';
import type { FleetCluster } from '../../stream/frames';
import { Mark } from '../../ui/Mark';

/** Every cluster and how it is, seen two ways: whether its API answers, and whether its workloads have what they ask for. */
export function FleetStrip() {
  const fleet = useFleet();
  const now = useNow(5000);
  const [chosen, choose] = useQueryValue('cluster');
  return (
    <ul className="fleet" aria-label="Clusters">
      {fleet.map(cluster => (
        <li key={cluster.name}>
          <button type="button" aria-pressed={chosen === cluster.name} onClick={() => choose(chosen === cluster.name ? '' : cluster.name)}>
            <span className="name">
              <strong>{cluster.name}</strong>
              <span className="quiet number">{apiNote(cluster, now)}</span>
            </span>
            <Mark health={clusterHealth(cluster)}>{clusterWord(cluster)}</Mark>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function clusterHealth({ api, workloads }: FleetCluster): Health {
  if (api.state === 'unreachable') return 'bad';
  if (api.state !== 'reachable') return 'busy';
  return ({ serving: 'ok', degraded: 'warn', failing: 'bad' } as Record<string, Health>)[workloads.state] ?? 'idle';
}

export function clusterWord({ api, workloads }: FleetCluster): string {
  if (api.state === 'unreachable') return 'unreachable';
  if (api.state !== 'reachable') return 'not known yet';
  return workloads.state === 'unknown' ? 'reachable' : workloads.state;
}

function apiNote({ api }: FleetCluster, now: number): string {
  if (api.state === 'unreachable') return api.since ? `for ${formatAge(api.since, now)}` : '';
  return [api.version, api.millis === undefined ? '' : `${api.millis} ms`].filter(Boolean).join(', ');
}
