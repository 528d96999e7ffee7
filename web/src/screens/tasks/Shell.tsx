// SPDX-License-Identifier: Apache-2.0

import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { useEffect, useId, useRef, useState } from 'react';
import { clusterPath } from '../../api/http';
import { kinds, pathOf } from '../../api/resources';
import { useFleet } from '../../app/hub';
import { adoptStyles } from '../../ui/adoptStyles';
import { Command } from '../../ui/Command';
import { kubectl } from '../commands';
import { ExecSocket } from './ExecSocket';
import { keysOfShell } from './keysOfShell';
import type { ContainerPlace } from './place';
import { giveDocument, rulesElement, terminalDocument } from './terminalDocument';

const start = 'command -v bash >/dev/null && exec bash || exec sh';

/** A shell in a container. */
export default function Shell({ place }: { place: ContainerPlace }) {
  const fleet = useFleet();
  const wayOut = useId();
  const element = useRef<HTMLDivElement>(null);
  const [ended, setEnded] = useState('');
  const [attempt, setAttempt] = useState(0);
  const { cluster, namespace, pod, container } = place;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt opens another shell
  useEffect(() => {
    if (!element.current) return;
    setEnded('');
    const stopAdopting = adoptStyles(element.current, rulesElement);
    const made = terminalDocument();
    const terminal = new Terminal({
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      fontSize: 13,
      fontFamily: 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace',
      theme: { background: '#060d13', foreground: '#e4edf2', cursor: '#46cbd0' },
      screenReaderMode: true,
      documentOverride: made,
    });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    giveDocument(terminal, made);
    terminal.open(element.current);
    fit.fit();
    terminal.attachCustomKeyEventHandler(keysOfShell());
    terminal.textarea?.setAttribute('aria-describedby', wayOut);
    const query = new URLSearchParams({ container, stdin: 'true', stdout: 'true', tty: 'true' });
    for (const word of ['sh', '-c', start]) query.append('command', word);
    const url = new URL(`${clusterPath(cluster, pathOf(kinds.Pod.resource, namespace, pod, 'exec'))}?${query}`, location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new ExecSocket(url.href, { output: bytes => terminal.write(bytes), ended: setEnded });
    socket.resize(terminal.cols, terminal.rows);
    terminal.onData(text => socket.send(text));
    terminal.onResize(({ cols, rows }) => socket.resize(cols, rows));
    const observer = new ResizeObserver(() => fit.fit());
    observer.observe(element.current);
    terminal.focus();
    return () => {
      observer.disconnect();
      socket.close();
      terminal.dispose();
      stopAdopting();
    };
  }, [cluster, namespace, pod, container, attempt, wayOut]);

  return (
    <div className="files">
      <p id={wayOut} className="quiet">
        The shell gets every key. To leave it: <kbd>Escape</kbd>, then <kbd>Tab</kbd>, or <kbd>Shift</kbd>+<kbd>Tab</kbd> to go back.
      </p>
      <section className="shell-frame" ref={element} aria-label={`Shell in ${container}`} />
      {ended && (
        <div className="notice" role="status">
          <span>{ended}</span>
          <div>
            <button type="button" className="button" onClick={() => setAttempt(attempt + 1)}>
              Open another one
            </button>
          </div>
        </div>
      )}
      <Command text={kubectl(fleet, cluster, '-n', namespace, 'exec', '-it', pod, '-c', container, '--', 'sh')} />
    </div>
  );
}
