// SPDX-License-Identifier: Apache-2.0

import type { Hub } from '../../api/http';
import { pathOf } from '../../api/resources';
import type { Action } from '../../ui/ActionDialog';
import { shellWord } from '../commands';

export function uninstall({ hub, cluster, namespace, name }: { hub: Hub; cluster: string; namespace: string; name: string }): Action {
  return {
    title: `Uninstall ${name}`,
    description: 'Everything that it applied goes, on all of its clusters.',
    command: `pelago package uninstall ${shellWord(name)} -n ${shellWord(namespace)} --cluster ${shellWord(cluster)}`,
    verb: 'Uninstall',
    danger: true,
    run: async () => {
      await hub.request(cluster, pathOf('packages.pelago.dev/v1alpha1/installations', namespace, name), { method: 'DELETE' });
    },
  };
}
