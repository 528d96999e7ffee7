// SPDX-License-Identifier: Apache-2.0

import { type ReactNode, useState } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Command } from './Command';
import { Problem } from './states';

export interface Action {
  title: string;
  /** What it does, to what. */
  description: ReactNode;
  /** The command that does the same. */
  command: string;
  verb: string;
  danger?: boolean;
  /** What it may do besides, and the command for both. */
  option?: { label: string; command: string };
  run(chosen: boolean): Promise<void>;
}

/** Asks before something is changed, shows the command that does the same, and says what went wrong where it does not succeed. */
export function ActionDialog({ action, onClose }: { action: Action | null; onClose(): void }) {
  return (
    <ModalOverlay className="overlay" isDismissable isOpen={action !== null} onOpenChange={open => !open && onClose()}>
      <Modal className="modal">
        <Dialog className="dialog">{action && <Body action={action} onClose={onClose} />}</Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Body({ action, onClose }: { action: Action; onClose(): void }) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState('');
  const [chosen, setChosen] = useState(false);
  const run = async () => {
    setBusy(true);
    setFault('');
    try {
      await action.run(chosen);
      onClose();
    } catch (failed) {
      setFault(failed instanceof Error ? failed.message : String(failed));
      setBusy(false);
    }
  };
  return (
    <>
      <Heading slot="title">{action.title}</Heading>
      <div>{action.description}</div>
      {action.option && (
        <label className="check">
          <input type="checkbox" checked={chosen} disabled={busy} onChange={event => setChosen(event.target.checked)} />
          {action.option.label}
        </label>
      )}
      <div>
        <p className="quiet">The same by command:</p>
        <Command text={chosen && action.option ? action.option.command : action.command} />
      </div>
      {fault && <Problem title={`${action.verb} was refused`}>{fault}</Problem>}
      <div className="actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className={action.danger ? 'button danger' : 'button primary'} disabled={busy} onClick={run}>
          {busy ? 'Working…' : action.verb}
        </button>
      </div>
    </>
  );
}
