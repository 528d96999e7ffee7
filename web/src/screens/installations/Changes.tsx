// SPDX-License-Identifier: Apache-2.0

import type { Health } from '../../kube/podState';
import { Mark } from '../../ui/Mark';
import { Problem } from '../../ui/states';
import type { InstallPlan, ObjectChange } from './installing';
import './changes.css';

const signs: Record<ObjectChange['sign'], [Health, string]> = {
  '+': ['ok', 'new'],
  '~': ['busy', 'changes'],
  '-': ['warn', 'goes'],
  '!': ['bad', 'would be refused'],
};

/** What a plan changes, object by object and field by field, on each cluster. */
export function Changes({ plan }: { plan: InstallPlan }) {
  const several = plan.clusters.length > 1;
  return (
    <div className="changes">
      {plan.lost && (
        <p className="notice warn">Its passwords and other secrets are lost, and those given here are all that it has: {plan.lost}</p>
      )}
      {plan.needs.length > 0 && (
        <div className="notice">
          What it needs is installed first:
          <ul>
            {plan.needs.map(need => (
              <li key={need}>{need}</li>
            ))}
          </ul>
        </div>
      )}
      {plan.needs.length === 0 && plan.missing.length > 0 && (
        <p className="notice warn">
          It needs {plan.missing.join(' and ')}, which is not installed in this namespace: it waits until that is there and healthy.
        </p>
      )}
      {plan.clusters.map(cluster => (
        <section key={cluster.name} aria-label={`Changes on ${cluster.name}`}>
          {several && <h3>{cluster.name}</h3>}
          {cluster.fault && <Problem title={`What changes on ${cluster.name} is not known`}>{cluster.fault}</Problem>}
          {cluster.notes.length > 0 && (
            <ul className="notice warn">
              {cluster.notes.map(note => (
                <li key={note}>Not mapped to Kubernetes: {note}</li>
              ))}
            </ul>
          )}
          {cluster.changes.length === 0 && !cluster.fault ? (
            <p className="quiet">No object changes.</p>
          ) : (
            <ul>
              {cluster.changes.map(change => (
                <Change key={`${change.kind}/${change.name}`} change={change} />
              ))}
            </ul>
          )}
        </section>
      ))}
    </div>
  );
}

function Change({ change }: { change: ObjectChange }) {
  const [health, word] = signs[change.sign] ?? ['idle', change.sign];
  return (
    <li>
      <Mark health={health}>{word}</Mark>
      <span>
        <span className="quiet">{change.kind}</span> {change.name}
        {change.fields.length > 0 && (
          <ul className="mono">
            {change.fields.map(field => (
              <Field key={field} field={field} />
            ))}
          </ul>
        )}
      </span>
    </li>
  );
}

/** "spec.replicas: 1 → 2": where, and below it what becomes of it. */
function Field({ field }: { field: string }) {
  const colon = field.indexOf(': ');
  return (
    <li title={field}>
      <span className="quiet">{field.slice(0, Math.max(colon, 0))}</span>
      <span className="values">{colon < 0 ? field : field.slice(colon + 2)}</span>
    </li>
  );
}
