// SPDX-License-Identifier: Apache-2.0

import type { JsonObject } from '../forms/schema';
import type { KubeObject } from '../kube/objects';
import type { Installation, InstallPlan, InstallRequest, StoredOptions } from '../screens/installations/installing';
import { fakeCatalog } from './catalog';
import type { Resources } from './world';
import { put } from './world';

const resource = 'packages.pelago.dev/v1alpha1/installations';

/** One installation that was upgraded, on a StatefulSet that is there. */
export function installSample(resources: Resources, since: string): void {
  const history = [
    { revision: 1, package: 'kafka', version: '1.0.0', cause: 'installed', at: since },
    { revision: 2, package: 'kafka', version: '2.0.0', cause: 'upgraded from 1.0.0', at: since },
  ];
  const installation: Installation = {
    metadata: { name: 'messages', namespace: 'stream', creationTimestamp: since, generation: 2 },
    spec: { package: 'kafka', version: '2.0.0', repository: 'ours', options: { brokers: { count: 4 } }, secrets: 'sha256:0' },
    status: {
      phase: 'Healthy',
      ready: '1/1',
      revision: 2,
      observedGeneration: 2,
      sealed: true,
      history,
      clusters: { local: { phase: 'Healthy', revision: 2, step: '', operation: '' } },
    },
  };
  put(resources, resource, installation as KubeObject);
  const workload = resources.get('apps/v1/statefulsets')?.get('stream/kafka');
  if (workload) workload.metadata = { ...workload.metadata, labels: { 'packages.pelago.dev/installation': 'messages' } };
}

/** What the hub says of the options that are in force: the fake gives none up. Its packages have one secret option. Null: there is no such installation. */
export function fakeOptions(clusters: ReadonlyMap<string, Resources>, query: URLSearchParams): StoredOptions | null {
  const found = clusters
    .get(query.get('cluster') ?? '')
    ?.get(resource)
    ?.get(`${query.get('namespace')}/${query.get('name')}`);
  if (!found) return null;
  const { version = '', options = {}, secrets } = (found as Installation).spec ?? {};
  return { version, options, secrets: secrets ? [['service', 'password']] : [], lost: '' };
}

/** What the hub answers to a change that is asked for; it is written unless it is only tried. */
export function fakeInstall(
  clusters: ReadonlyMap<string, Resources>,
  request: InstallRequest & { dryRun?: boolean },
): InstallPlan | string {
  const home = request.clusters[0] as string;
  const resources = clusters.get(home);
  if (!resources) return `this session has no cluster "${home}"`;
  const present = resources.get(resource)?.get(`${request.namespace}/${request.name}`) as Installation | undefined;
  if (request.operation === 'install' && present) return `${request.name} is there already: upgrade it, or choose another name`;
  if (request.operation !== 'install' && !present) return `nothing called ${request.name} is installed in namespace ${request.namespace}`;
  const back = present?.status?.history?.find(({ revision }) => revision === request.revision);
  const version = back?.version ?? request.version ?? fakeCatalog.packages.find(({ name }) => name === request.package)?.version ?? '';
  const password = (request.options?.service as JsonObject | undefined)?.password;
  const { secrets: before, ...rest } = present?.spec ?? {};
  const secrets = password === undefined ? before : password === '' ? undefined : 'sha256:1';
  const spec = {
    ...rest,
    ...(secrets && { secrets }),
    package: present?.spec?.package ?? request.package ?? '',
    version,
    options: request.options ?? {},
  };
  if (!request.dryRun) {
    const revision = (present?.status?.revision ?? 0) + 1;
    const at = new Date().toISOString();
    const cause = { install: 'installed', upgrade: 'changed', rollback: `rolled back to revision ${request.revision}` }[request.operation];
    const history = [...(present?.status?.history ?? []), { revision, package: spec.package, version, cause, at }];
    const journal = { phase: 'Healthy', revision, step: '', operation: '' };
    put(resources, resource, {
      metadata: { ...present?.metadata, name: request.name, namespace: request.namespace, creationTimestamp: at, generation: revision },
      spec,
      status: {
        phase: 'Healthy',
        ready: '1/1',
        revision,
        observedGeneration: revision,
        sealed: true,
        history,
        clusters: { [home]: journal },
      },
    } as KubeObject);
  }
  return {
    package: spec.package,
    version,
    from: present?.spec?.version ?? null,
    cause: request.operation,
    options: spec.options,
    reviewed: 'sha256:0',
    keeper: home,
    lost: '',
    needs: [],
    missing: [],
    same: false,
    clusters: request.clusters.map(name => ({
      name,
      notes: [],
      changes: present
        ? [{ sign: '~', kind: 'StatefulSet', name: request.name, fields: [`spec.replicas: 3 → 4`] }]
        : [
            { sign: '+', kind: 'Service', name: request.name, fields: [] },
            { sign: '+', kind: 'StatefulSet', name: request.name, fields: [] },
          ],
    })),
  };
}
