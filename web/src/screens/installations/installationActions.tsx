// SPDX-License-Identifier: Apache-2.0

import { useEffect } from 'react';
import type { Hub } from '../../api/http';
import { pathOf } from '../../api/resources';
import type { Action } from '../../ui/ActionDialog';
import { Loading, Problem } from '../../ui/states';
import { shellWord } from '../commands';
import { Changes } from './Changes';
import { type InstallRequest, installations, installPath } from './installing';
import { usePlan } from './usePlan';

interface Target {
  hub: Hub;
  cluster: string;
  namespace: string;
  name: string;
}

function words({ cluster, namespace, name }: Target, verb: string, ...more: string[]): string {
  return ['pelago package', verb, ...[name, ...more, '-n', namespace, '--cluster', cluster].map(shellWord)].join(' ');
}

export function uninstall(target: Target, done: () => void = () => {}): Action {
  const { hub, cluster, namespace, name } = target;
  return {
    title: `Uninstall ${name}`,
    description: 'Everything that it applied goes, on all of its clusters, but what its package marks to be kept.',
    command: words(target, 'uninstall'),
    verb: 'Uninstall',
    danger: true,
    run: async () => {
      await hub.request(cluster, pathOf(installations, namespace, name), { method: 'DELETE' });
      done();
    },
  };
}

/** Back to what an earlier revision was: what that changes is shown first, and is what is done. */
export function rollback(target: Target, revision: number): Action {
  const { hub, cluster, namespace, name } = target;
  const request: InstallRequest = { operation: 'rollback', clusters: [cluster], namespace, name, revision };
  let reviewed = '';
  return {
    title: `Roll ${name} back to revision ${revision}`,
    description: (
      <Reviewed
        request={request}
        onPlan={digest => {
          reviewed = digest;
        }}
      />
    ),
    command: words(target, 'rollback', String(revision)),
    verb: 'Roll back',
    run: async () => {
      if (reviewed === '') throw new Error('What it changes is not shown yet, and nothing is done that was not looked at.');
      await hub.tell(installPath, { ...request, reviewed });
    },
  };
}

function Reviewed({ request, onPlan }: { request: InstallRequest; onPlan(digest: string): void }) {
  const planned = usePlan(request);
  const digest = planned.state === 'there' ? planned.plan.reviewed : '';
  useEffect(() => {
    onPlan(digest);
  }, [digest, onPlan]);
  if (planned.state === 'waiting') return <Loading what="what it changes" />;
  if (planned.state === 'refused') return <Problem title="It cannot go back there">{planned.message}</Problem>;
  const { plan } = planned;
  return (
    <>
      <p>
        {plan.from === plan.version ? `It stays ${plan.package} ${plan.version}` : `From ${plan.package} ${plan.from} to ${plan.version}`},
        with the options of then:
      </p>
      <Changes plan={plan} />
    </>
  );
}
