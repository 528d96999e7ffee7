// SPDX-License-Identifier: Apache-2.0

import { Mark } from '../../ui/Mark';
import type { NodeItem } from './useNodes';

/** CPU outside, memory inside. */
export function NodeDonut({ node, size = 76 }: { node: NodeItem; size?: number }) {
  return (
    <span className="nodedonut" style={{ width: size, height: size }}>
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <Ring radius={43} share={node.cpu > 0 ? node.cpuAsked / node.cpu : 0} colour="var(--accent)" />
        <Ring radius={30} share={node.memory > 0 ? node.memoryAsked / node.memory : 0} colour="var(--busy)" />
      </svg>
      <Mark health={node.health}>
        <span className="unseen">{node.word}</span>
      </Mark>
    </span>
  );
}

function Ring({ radius, share, colour }: { radius: number; share: number; colour: string }) {
  const around = 2 * Math.PI * radius;
  const part = Math.min(1, share);
  return (
    <>
      <circle cx="50" cy="50" r={radius} fill="none" stroke="var(--idle-soft)" strokeWidth="9" />
      {part > 0 && (
        <circle
          cx="50"
          cy="50"
          r={radius}
          fill="none"
          stroke={part > 0.9 ? 'var(--warn)' : colour}
          strokeWidth="9"
          strokeDasharray={`${part * around} ${around}`}
          transform="rotate(-90 50 50)"
        />
      )}
    </>
  );
}
