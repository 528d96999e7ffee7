// SPDX-License-Identifier: Apache-2.0

import { useVirtualizer } from '@tanstack/react-virtual';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useFleet } from '../../app/hub';
import { formatCount } from '../../kube/quantity';
import { Command } from '../../ui/Command';
import { Problem } from '../../ui/states';
import { kubectl } from '../commands';
import type { ContainerPlace } from './place';
import { useLog } from './useLog';

const words = { loading: 'Waiting for the log', following: 'Following', ended: 'The log ended', failed: '' };

/** A log that follows: it stays at its end until one scrolls up, and goes on when one comes back. */
export function LogView({ place, hasPrevious }: { place: ContainerPlace; hasPrevious: boolean }) {
  const fleet = useFleet();
  const [previous, setPrevious] = useState(false);
  const [timestamps, setTimestamps] = useState(false);
  const [find, setFind] = useState('');
  const [atEnd, setAtEnd] = useState(true);
  const { lines, dropped, state, fault, restart } = useLog(place, { previous, timestamps, tailLines: 5000 });
  const wanted = useDeferredValue(find.toLowerCase());
  const count = lines.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list grows in place, so its length tells that it changed
  const shown = useMemo(
    () => (wanted ? lines.map((line, i) => [i, line] as const).filter(([, line]) => line.toLowerCase().includes(wanted)) : null),
    [wanted, lines, count],
  );
  const total = shown ? shown.length : count;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({ count: total, getScrollElement: () => scroller.current, estimateSize: () => 19, overscan: 30 });

  // biome-ignore lint/correctness/useExhaustiveDependencies: what came later than the last drawing moves the end
  useEffect(() => {
    if (atEnd && total > 0) virtualizer.scrollToIndex(total - 1, { align: 'end' });
  }, [atEnd, total, dropped]);

  const onScroll = () => {
    const element = scroller.current;
    if (element) setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < 40);
  };
  const save = () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([`${lines.join('\n')}\n`], { type: 'text/plain' }));
    link.download = `${place.pod}-${place.container}.log`;
    link.click();
    URL.revokeObjectURL(link.href);
  };

  return (
    <div className="log">
      <div className="toolbar">
        <input
          className="field search"
          type="search"
          aria-label="Lines with"
          placeholder="Lines with…"
          value={find}
          onChange={event => setFind(event.target.value)}
        />
        <label className="check">
          <input type="checkbox" checked={timestamps} onChange={event => setTimestamps(event.target.checked)} /> Times
        </label>
        {hasPrevious && (
          <label className="check">
            <input type="checkbox" checked={previous} onChange={event => setPrevious(event.target.checked)} /> Of the run before
          </label>
        )}
        <button type="button" className="button" onClick={save}>
          Save
        </button>
        <button type="button" className="button" aria-pressed={atEnd} onClick={() => setAtEnd(true)} disabled={atEnd}>
          To the end
        </button>
      </div>
      {fault && (
        <Problem title="The log cannot be read" retry={restart}>
          {fault}
        </Problem>
      )}
      <div
        className="lines"
        ref={scroller}
        onScroll={onScroll}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={`Log of ${place.container}`}
      >
        <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {virtualizer.getVirtualItems().map(item => {
            const [number, line] = shown ? (shown[item.index] ?? [0, '']) : [item.index, lines[item.index] ?? ''];
            return (
              <div
                key={item.key}
                data-index={item.index}
                ref={virtualizer.measureElement}
                className="line"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <i aria-hidden="true">{dropped + number + 1}</i>
                <span>{wanted ? <Found text={line} word={wanted} /> : line}</span>
              </div>
            );
          })}
        </div>
      </div>
      <div className="loose">
        <span className="quiet number" role="status">
          {words[state]}
          {state !== 'failed' && `, ${formatCount(total)} ${wanted ? `of ${formatCount(count)} lines` : 'lines'}`}
        </span>
      </div>
      <Command
        text={kubectl(
          fleet,
          place.cluster,
          '-n',
          place.namespace,
          'logs',
          place.pod,
          '-c',
          place.container,
          previous ? '--previous' : '-f',
        )}
      />
    </div>
  );
}

function Found({ text, word }: { text: string; word: string }) {
  const at = text.toLowerCase().indexOf(word);
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + word.length)}</mark>
      {text.slice(at + word.length)}
    </>
  );
}
