// SPDX-License-Identifier: Apache-2.0

import { Link } from 'wouter';
import { useScope, useScopedPath } from '../../app/scope';
import { type Health, healthOfWord } from '../../kube/podState';
import { formatBytes, formatCores, formatCount } from '../../kube/quantity';
import { Donut, Legend, type Slice } from '../../ui/Donut';
import { Panel } from '../../ui/Panel';
import { isLoading, Loading, Partial } from '../../ui/states';
import { Allocation } from './Allocation';
import { Failing } from './Failing';
import { FleetStrip } from './FleetStrip';
import { useCourse } from './useCourse';
import { useTotals } from './useTotals';
import './dashboard.css';

const colours: Record<Health, string> = {
  ok: 'var(--ok)',
  busy: 'var(--busy)',
  warn: 'var(--warn)',
  bad: 'var(--bad)',
  idle: 'var(--idle)',
};
const rank: Health[] = ['ok', 'busy', 'idle', 'warn', 'bad'];

export default function Dashboard() {
  const scope = useScope();
  const scoped = useScopedPath();
  const totals = useTotals(scope);
  const loading = isLoading(totals.pods) && isLoading(totals.nodesSnapshot);
  // While a cluster's rows still come, their sum is no amount that ever was.
  const whole = !loading && totals.pods.counted && [...totals.pods.standings.values()].every(standing => standing.state !== 'loading');
  const course = useCourse(scope, totals.asked, whole);
  const slices = statusSlices(totals.statuses);
  const tasks = slices.reduce((sum, slice) => sum + slice.value, 0);
  const { ready, notReady, cordoned } = totals.nodes;
  return (
    <>
      <header>
        <h1>Dashboard</h1>
        <span className="quiet">{scope.cluster || 'all clusters'}, live</span>
      </header>
      <FleetStrip />
      <Partial snapshot={totals.pods} />
      {loading ? (
        <Loading what="the first clusters" />
      ) : (
        <div className="dash">
          <Allocation
            title="CPU"
            unit="cores"
            asked={totals.asked.cpu}
            offered={totals.offered.cpu}
            times={course.times}
            values={course.cpu}
            format={formatCores}
          />
          <Allocation
            title="Memory"
            unit=""
            asked={totals.asked.memory}
            offered={totals.offered.memory}
            times={course.times}
            values={course.memory}
            format={formatBytes}
          />
          <Allocation
            title="Disk"
            unit=""
            asked={totals.asked.disk}
            offered={totals.offered.disk}
            times={course.times}
            values={course.disk}
            format={formatBytes}
          />
          <Panel title="Tasks" className="tasks-panel" aside={<Link href={scoped('/workloads', { view: 'tasks' })}>All tasks</Link>}>
            <div className="ring">
              <Donut
                slices={slices}
                middle={formatCount(tasks)}
                label={`${tasks} tasks: ${slices.map(slice => `${slice.value} ${slice.name}`).join(', ')}`}
              />
              <Legend slices={slices.slice(0, 7)} format={formatCount} />
            </div>
          </Panel>
          <Panel title="Nodes" className="nodes-panel" aside={<Link href={scoped('/nodes')}>All nodes</Link>}>
            <div className="ring">
              <Donut
                slices={[
                  { name: 'ready', value: ready, colour: 'var(--ok)' },
                  { name: 'not ready', value: notReady, colour: 'var(--bad)' },
                ]}
                middle={formatCount(ready + notReady)}
                label={`${ready} of ${ready + notReady} nodes are ready`}
              />
              <ul className="legend">
                <li>
                  <i style={{ background: 'var(--ok)' }} />
                  <span>ready</span>
                  <span className="number">{formatCount(ready)}</span>
                </li>
                <li>
                  <i style={{ background: 'var(--bad)' }} />
                  <span>not ready</span>
                  <span className="number">{formatCount(notReady)}</span>
                </li>
                <li>
                  <i style={{ background: 'var(--idle)' }} />
                  <span>take no new tasks</span>
                  <span className="number">{formatCount(cordoned)}</span>
                </li>
              </ul>
            </div>
          </Panel>
          <Failing scope={scope} pods={totals.pods} />
        </div>
      )}
    </>
  );
}

/** Statuses in the order of how well they are, the worst last; shades tell those of one kind apart. */
function statusSlices(statuses: Map<string, number>): Slice[] {
  return [...statuses]
    .map(([name, value]) => ({ name, value, health: healthOfWord(name) }))
    .sort((a, b) => rank.indexOf(a.health) - rank.indexOf(b.health) || b.value - a.value)
    .map(({ name, value, health }) => ({ name, value, colour: colours[health] }));
}
