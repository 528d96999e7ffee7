// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';

/** A command that does what the page would do, to be copied. */
export function Command({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <div className="command">
      <pre>
        <code>{text}</code>
      </pre>
      <button type="button" className="button plain" onClick={copy}>
        <span role="status">{copied ? 'Copied' : 'Copy'}</span>
      </button>
    </div>
  );
}
