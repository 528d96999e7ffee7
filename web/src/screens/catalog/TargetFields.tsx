// SPDX-License-Identifier: Apache-2.0

import { useId } from 'react';
import { kinds } from '../../api/resources';
import { useFleet, useRows } from '../../app/hub';
import { Columns } from '../../stream/columns';

/** Where something is installed, and what it is called there. */
export interface Target {
  clusters: string[];
  namespace: string;
  name: string;
}

const columns = new Columns({ name: '.metadata.name' });

export function TargetFields({ target, onTarget }: { target: Target; onTarget(target: Target): void }) {
  const fleet = useFleet();
  const offered = useId();
  const { snapshot } = useRows({ clusters: target.clusters.slice(0, 1), resource: kinds.Namespace.resource, columns: columns.paths });
  const namespaces = snapshot.rows.map(row => columns.text(row, 'name')).sort();
  const isUnknown = namespaces.length > 0 && target.namespace !== '' && !namespaces.includes(target.namespace);
  const toggle = (cluster: string, wanted: boolean) =>
    onTarget({
      ...target,
      clusters: fleet.map(item => item.name).filter(name => (name === cluster ? wanted : target.clusters.includes(name))),
    });
  return (
    <div className="target">
      <label>
        <span>Name</span>
        <input
          className="field"
          value={target.name}
          maxLength={50}
          pattern="[a-z]([a-z0-9\-]*[a-z0-9])?"
          onChange={event => onTarget({ ...target, name: event.target.value })}
        />
      </label>
      <label>
        <span>Namespace</span>
        <input
          className="field"
          list={offered}
          value={target.namespace}
          maxLength={63}
          onChange={event => onTarget({ ...target, namespace: event.target.value })}
        />
        <datalist id={offered}>
          {namespaces.map(name => (
            <option key={name} value={name} />
          ))}
        </datalist>
        {isUnknown && <span className="quiet">There is no such namespace on {target.clusters[0]}.</span>}
      </label>
      {fleet.length > 1 && (
        <fieldset>
          <legend>Clusters</legend>
          <div className="choices">
            {fleet.map(({ name, api }) => (
              <label key={name}>
                <input type="checkbox" checked={target.clusters.includes(name)} onChange={event => toggle(name, event.target.checked)} />
                {name}
                {api.state === 'unreachable' && <span className="quiet">(unreachable)</span>}
              </label>
            ))}
          </div>
        </fieldset>
      )}
    </div>
  );
}
