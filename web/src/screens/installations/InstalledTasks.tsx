// SPDX-License-Identifier: Apache-2.0

import { Link } from 'wouter';
import { kinds } from '../../api/resources';
import { useNow, useRows } from '../../app/hub';
import { formatAge } from '../../kube/age';
import { Columns } from '../../stream/columns';
import { Mark } from '../../ui/Mark';
import { Panel } from '../../ui/Panel';
import { Empty, isLoading, Loading, Partial } from '../../ui/states';
import { links } from '../links';
import { podColumns, podHealth } from '../podColumns';
import { useWorkloads, type Workload } from '../workloads/useWorkloads';
import { installationLabel } from './installing';

interface Props {
  clusters: string[];
  namespace: string;
  name: string;
}

/** What runs of an installation: its workloads with their tasks, and the services that lead to them. */
export function InstalledTasks({ clusters, namespace, name }: Props) {
  const labelSelector = `${installationLabel}=${name}`;
  const { workloads, snapshots } = useWorkloads({ clusters, namespace, cluster: '', severalClusters: clusters.length > 1 }, labelSelector);
  const busy = snapshots.some(isLoading);
  return (
    <div className="installed">
      {snapshots[0] && <Partial snapshot={snapshots[0]} />}
      {workloads.length === 0 && (busy ? <Loading what="what runs of it" /> : <Empty title="Nothing of it runs yet" />)}
      {workloads.map(workload => (
        <WorkloadTasks key={workload.key} workload={workload} nameCluster={clusters.length > 1} />
      ))}
      <Services clusters={clusters} namespace={namespace} labelSelector={labelSelector} />
    </div>
  );
}

function WorkloadTasks({ workload, nameCluster }: { workload: Workload; nameCluster: boolean }) {
  const now = useNow(1000);
  const { cluster, namespace, kind, name, selector } = workload;
  const { snapshot } = useRows(
    selector ? { clusters: [cluster], namespace, resource: kinds.Pod.resource, labelSelector: selector, columns: podColumns.paths } : null,
  );
  const rows = [...snapshot.rows].sort((a, b) => podColumns.text(b, 'created').localeCompare(podColumns.text(a, 'created')));
  return (
    <Panel
      title={`${kind} ${name}${nameCluster ? ` on ${cluster}` : ''}`}
      aside={
        <span className="number standings">
          <Mark health={workload.health}>{workload.word}</Mark>
          <span className="quiet">
            {workload.ready}/{workload.desired} ready
          </span>
          <Link href={links.workload(cluster, namespace, kind, name)}>Open {kind}</Link>
        </span>
      }
    >
      {rows.length === 0 ? (
        <p className="quiet">No task of it is there.</p>
      ) : (
        <ul className="tasklist">
          {rows.map(row => (
            <li key={row.id}>
              <Link href={links.task(cluster, namespace, podColumns.text(row, 'name'))}>{podColumns.text(row, 'name')}</Link>
              <Mark health={podHealth(row)}>{podColumns.text(row, 'status')}</Mark>
              <span className="quiet number">{podColumns.text(row, 'ready')} ready</span>
              <span className="quiet number">{formatAge(podColumns.text(row, 'created'), now)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const serviceColumns = new Columns({
  name: '.metadata.name',
  address: '.spec.clusterIP',
  ports: '.spec.ports[*].port',
});

function Services({ clusters, namespace, labelSelector }: { clusters: string[]; namespace: string; labelSelector: string }) {
  const { snapshot } = useRows({ clusters, namespace, resource: kinds.Service.resource, labelSelector, columns: serviceColumns.paths });
  if (snapshot.rows.length === 0) return null;
  return (
    <Panel title="Where it answers">
      <ul className="tasklist">
        {snapshot.rows.map(row => (
          <li key={row.id}>
            <span>
              {serviceColumns.text(row, 'name')}.{namespace}
            </span>
            <span className="mono">
              {serviceColumns
                .list(row, 'ports')
                .map(port =>
                  serviceColumns.text(row, 'address') === 'None' ? `port ${port}` : `${serviceColumns.text(row, 'address')}:${port}`,
                )
                .join(', ')}
            </span>
            {clusters.length > 1 && <span className="quiet">on {row.cluster}</span>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
