// SPDX-License-Identifier: Apache-2.0

import { Link } from 'wouter';
import { useNow } from '../../app/hub';
import { formatAge } from '../../kube/age';
import type { ContainerStatus, Pod } from '../../kube/objects';
import type { Health } from '../../kube/podState';
import { whyNotRunning } from '../../kube/whyNotRunning';
import { Mark } from '../../ui/Mark';
import { Facts, Panel } from '../../ui/Panel';
import { useEvents } from '../EventList';
import { links } from '../links';

/** What a task is, and why it does not run when it does not. */
export function Overview({ cluster, pod }: { cluster: string; pod: Pod }) {
  const now = useNow();
  const { metadata = {}, spec = {}, status = {} } = pod;
  const { events } = useEvents({ cluster, namespace: metadata.namespace ?? '', kind: 'Pod', name: metadata.name ?? '' });
  const findings = whyNotRunning(pod, events);
  const statuses = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return (
    <div className="overview">
      {findings.length > 0 && (
        <Panel title="Why is it not running?" className="wide">
          <ol className="findings">
            {findings.map(finding => (
              <li key={finding.what + finding.why} className="notice warn">
                <strong>{finding.what}</strong>
                <span>{finding.why}</span>
                <span className="quiet">{finding.next}</span>
              </li>
            ))}
          </ol>
        </Panel>
      )}
      <Panel title="Containers" className="wide">
        <ul className="containers">
          {(spec.containers ?? []).concat(spec.initContainers ?? []).map(container => {
            const found = statuses.find(item => item.name === container.name);
            const [health, word] = containerWord(found, now);
            return (
              <li key={container.name}>
                <div>
                  <strong>{container.name}</strong> <Mark health={health}>{word}</Mark>
                </div>
                <div className="quiet mono">{container.image || (container.command ?? []).join(' ')}</div>
                <div className="quiet">
                  {found?.restartCount ? `started again ${found.restartCount} times, ` : ''}
                  {requestText(container.resources?.requests)}
                  {(container.ports ?? []).map(port => ` ${port.name ?? ''} ${port.containerPort}/${port.protocol ?? 'TCP'}`).join(',')}
                </div>
              </li>
            );
          })}
        </ul>
      </Panel>
      <Panel title="Where and when">
        <Facts
          facts={[
            ['Node', spec.nodeName ? <Link href={links.node(cluster, spec.nodeName)}>{spec.nodeName}</Link> : 'none yet'],
            ['Address', status.podIP],
            ['Made', metadata.creationTimestamp ? `${formatAge(metadata.creationTimestamp, now)} ago` : ''],
            ['Started', status.startTime ? `${formatAge(status.startTime, now)} ago` : ''],
            ['Ends by', metadata.deletionTimestamp],
          ]}
        />
        <ul className="conditions">
          {(status.conditions ?? []).map(condition => (
            <li key={condition.type}>
              <Mark health={condition.status === 'True' ? 'ok' : 'warn'}>{condition.type}</Mark>
              <span className="quiet">{condition.message || condition.reason}</span>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title="Labels">
        <ul className="chips">
          {Object.entries(metadata.labels ?? {}).map(([key, value]) => (
            <li key={key} className="chip mono">
              {key}={value}
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}

function containerWord(status: ContainerStatus | undefined, now: number): [Health, string] {
  const { running, waiting, terminated } = status?.state ?? {};
  if (running) return [status?.ready ? 'ok' : 'busy', `${status?.ready ? 'ready' : 'running'} for ${formatAge(running.startedAt, now)}`];
  if (terminated)
    return [
      terminated.exitCode === 0 ? 'idle' : 'bad',
      `ended with ${terminated.exitCode ?? 0}${terminated.reason ? ` (${terminated.reason})` : ''}`,
    ];
  if (waiting?.reason) return [/BackOff|Err|Error|Invalid/.test(waiting.reason) ? 'bad' : 'busy', waiting.reason];
  return ['busy', 'not started'];
}

function requestText(requests: Record<string, string> | undefined): string {
  const texts = Object.entries(requests ?? {}).map(([name, amount]) => `${amount} ${name}`);
  return texts.length > 0 ? `asks for ${texts.join(', ')}` : 'asks for nothing';
}
