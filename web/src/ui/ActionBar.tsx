// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';
import { type Action, ActionDialog } from './ActionDialog';

/** What can be done to what a page shows; each is asked about before it is done. */
export function ActionBar({ actions }: { actions: readonly Action[] }) {
  const [chosen, choose] = useState<Action | null>(null);
  return (
    <div className="toolbar">
      {actions.map(action => (
        <button key={action.verb} type="button" className={action.danger ? 'button danger' : 'button'} onClick={() => choose(action)}>
          {action.verb}
        </button>
      ))}
      <ActionDialog action={chosen} onClose={() => choose(null)} />
    </div>
  );
}
