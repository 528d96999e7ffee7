// SPDX-License-Identifier: Apache-2.0

import { type ComponentType, type ReactNode, useEffect, useReducer, useState } from 'react';

/**
 * A component whose part of the program is asked for when it is first shown; until it is there something else stands in its place. One that does not come
 * breaks what it is in. `lazy` of React would do, but lets what stands in its place stand for 300 ms (FALLBACK_THROTTLE_MS), and rows wait for that.
 */
export function piece<P extends object>(load: () => Promise<{ default: ComponentType<P> }>, until: ReactNode): ComponentType<P> {
  let There: ComponentType<P> | undefined;
  // biome-ignore lint/correctness/noComponentHookFactories: called where modules begin, once for each piece, as lazy is
  return function Piece(props: P) {
    const [, redraw] = useReducer((times: number) => times + 1, 0);
    const [fault, setFault] = useState<unknown>();
    useEffect(() => {
      if (There) return;
      load().then(loaded => {
        There = loaded.default;
        redraw();
      }, setFault);
    }, []);
    if (fault !== undefined) throw fault;
    return There ? <There {...props} /> : until;
  };
}
