// SPDX-License-Identifier: Apache-2.0

import { useMemo } from 'react';
import type { KubeObject } from '../kube/objects';
import { toYaml } from '../kube/yaml';
import { Command } from './Command';
import './objectview.css';

/** An object as YAML, without what only the server's bookkeeping needs. */
export function ObjectView({ object, command }: { object: KubeObject; command: string }) {
  const text = useMemo(() => {
    const { managedFields: _, ...metadata } = (object.metadata ?? {}) as Record<string, unknown>;
    return toYaml({ ...object, metadata });
  }, [object]);
  return (
    <div className="objectview">
      <Command text={command} />
      <pre tabIndex={0} aria-label="The object as YAML">
        <code>{text}</code>
      </pre>
    </div>
  );
}
