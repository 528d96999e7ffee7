// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';
import { useLocation } from 'wouter';
import { useFleet, useHub } from '../../app/hub';
import type { JsonObject } from '../../forms/schema';
import { type SecretPaths, withoutSecrets } from '../../forms/secrets';
import { toYaml } from '../../kube/yaml';
import { Command } from '../../ui/Command';
import { Mark } from '../../ui/Mark';
import { Panel } from '../../ui/Panel';
import { Loading, Problem } from '../../ui/states';
import { Changes } from '../installations/Changes';
import { installCommand } from '../installations/installCommand';
import { type InstallPlan, type InstallRequest, installPath } from '../installations/installing';
import { usePlan } from '../installations/usePlan';
import { links } from '../links';
import type { CatalogPackage } from './catalogApi';
import { type Target, TargetFields } from './TargetFields';

interface Props {
  found: CatalogPackage;
  options: JsonObject;
  secrets: SecretPaths;
  /** Secrets whose value goes. */
  removed: SecretPaths;
  faults: string[];
  target: Target;
  onTarget(target: Target): void;
  /** Whether it is there already, and what is reviewed is a change of it. */
  changes: boolean;
}

/** What differs from the defaults, where it goes, what that changes there, and doing it; with the command that does the same. */
export function Review({ found, options, secrets, removed, faults, target, onTarget, changes }: Props) {
  const ready = faults.length === 0 && target.name !== '' && target.namespace !== '' && target.clusters.length > 0;
  const request: InstallRequest = {
    operation: changes ? 'upgrade' : 'install',
    ...target,
    package: found.name,
    version: found.version,
    options,
  };
  const planned = usePlan(ready ? request : null);
  return (
    <div className="review">
      {faults.length > 0 && (
        <Problem
          title={faults.length === 1 ? 'One option is not allowed as it is' : `${faults.length} options are not allowed as they are`}
        >
          <ul>
            {faults.slice(0, 20).map(fault => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        </Problem>
      )}
      {!changes && (
        <Panel title="Where to">
          <TargetFields target={target} onTarget={onTarget} />
        </Panel>
      )}
      <Options options={options} secrets={secrets} removed={removed} />
      {ready && (
        <Panel title="What changes">
          {planned.state === 'waiting' && <Loading what="what the clusters say" />}
          {planned.state === 'refused' && (
            <Problem title={changes ? 'It cannot be changed so' : 'It cannot be installed so'}>
              <span className="prose">{planned.message}</span>
            </Problem>
          )}
          {planned.state === 'there' && <Changes plan={planned.plan} />}
        </Panel>
      )}
      {ready && (
        <Go
          request={request}
          plan={planned.state === 'there' ? planned.plan : null}
          notes={changes ? '' : found.preInstallNotes}
          secrets={secrets}
        />
      )}
    </div>
  );
}

function Options({ options, secrets, removed }: { options: JsonObject; secrets: SecretPaths; removed: SecretPaths }) {
  const given = Object.keys(options).length > 0;
  const text = toYaml(options);
  const save = () => {
    const link = window.document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
    link.download = 'options.yaml';
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Panel
      title="Options that differ from the defaults"
      aside={
        given && (
          <button type="button" className="button" onClick={save}>
            Save options.yaml
          </button>
        )
      }
    >
      {given ? (
        <pre className="mono">
          <code>{toYaml(withoutSecrets(options, secrets))}</code>
        </pre>
      ) : (
        <p className="quiet">None: it is as its makers suggest.</p>
      )}
      {removed.length > 0 && (
        <ul aria-label="Secrets that are removed">
          {removed.map(path => (
            <li key={path.join('.')}>
              <Mark health="warn">goes</Mark> the secret value of <strong className="mono">{path.join('.')}</strong>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

interface GoProps {
  request: InstallRequest;
  plan: InstallPlan | null;
  notes: string | undefined;
  secrets: SecretPaths;
}

function Go({ request, plan, notes, secrets }: GoProps) {
  const hub = useHub();
  const fleet = useFleet();
  const [, go] = useLocation();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState('');
  const isInstall = request.operation === 'install';
  const verb = isInstall ? 'Install' : plan && plan.version !== plan.from ? `Change to ${plan.version}` : 'Change options';
  const where = isInstall && fleet.length > 1 ? ` on ${request.clusters.join(', ')}` : '';
  const run = async () => {
    setBusy(true);
    setFault('');
    try {
      const done = await hub.tell<InstallPlan>(installPath, { ...request, reviewed: plan?.reviewed });
      go(links.installation(done.keeper, request.namespace, request.name));
    } catch (failed) {
      setFault(failed instanceof Error ? failed.message : String(failed));
      setBusy(false);
    }
  };
  return (
    <Panel title={isInstall ? `Install it${where}` : 'Change it'}>
      {notes && <p className="notice prose">{notes}</p>}
      <p className="quiet">The same by command:</p>
      <Command text={installCommand(request, secrets)} />
      {fault && <Problem title={`${verb} was refused`}>{fault}</Problem>}
      {plan?.same && <p className="quiet">Nothing of this is new.</p>}
      <div className="actions">
        <button type="button" className="button primary" disabled={busy || !plan} onClick={run}>
          {busy ? 'Working…' : verb}
        </button>
      </div>
    </Panel>
  );
}
