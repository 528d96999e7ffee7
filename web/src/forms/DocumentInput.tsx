// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef, useState } from 'react';
import { type Json, sameJson } from './schema';

interface Props {
  id: string;
  'aria-describedby': string;
  'aria-invalid': true | undefined;
  'aria-required': true | undefined;
  value: Json | undefined;
  onChange(value: Json | undefined): void;
}

/** What a schema says too little of for inputs: as JSON. Text that is none is kept here and not told. */
export function DocumentInput({ value, onChange, ...rest }: Props) {
  const [text, setText] = useState(() => print(value));
  const [fault, setFault] = useState('');
  const told = useRef(value);
  useEffect(() => {
    if (sameJson(told.current, value)) return;
    told.current = value;
    setText(print(value));
    setFault('');
  }, [value]);
  const change = (next: string) => {
    setText(next);
    try {
      const parsed = next.trim() === '' ? undefined : (JSON.parse(next) as Json);
      setFault('');
      told.current = parsed;
      onChange(parsed);
    } catch (failed) {
      setFault(failed instanceof Error ? failed.message : String(failed));
    }
  };
  return (
    <>
      <textarea
        className="field mono"
        rows={Math.min(12, text.split('\n').length + 1)}
        spellCheck={false}
        {...rest}
        value={text}
        onChange={event => change(event.target.value)}
      />
      {fault && <strong className="fault">This is no JSON: {fault}</strong>}
    </>
  );
}

function print(value: Json | undefined): string {
  return value === undefined ? '' : JSON.stringify(value, null, 2);
}
