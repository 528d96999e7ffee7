// SPDX-License-Identifier: Apache-2.0

import { useId, useMemo, useState } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { FieldInput, type FormContext } from './FieldInput';
import { type Field, fieldsOf, pointerOf } from './fields';
import { KeptSecret } from './KeptSecret';
import type { JsonObject, Schema } from './schema';
import type { SecretPaths } from './secrets';
import type { Fault } from './validate';
import './forms.css';

interface Props {
  schema: Schema;
  document: JsonObject;
  faults: readonly Fault[];
  secrets?: SecretPaths;
  /** Those that have a value already: it is not shown, and stays where none is given. */
  kept?: SecretPaths;
  onChange(document: JsonObject): void;
}

interface Section {
  id: string;
  title: string;
  description: string;
  /** What it is made from, where that is one field with others in it. */
  group?: Field;
  fields: Field[];
}

const none: SecretPaths = [];

/** A form made from a schema: a tab for each group of its first level, with the number of faults in it. Only the tab that is open is drawn. */
export function SchemaForm({ schema, document, faults, secrets = none, kept = none, onChange }: Props) {
  const sections = useMemo(() => sectionsOf(fieldsOf(schema, schema)), [schema]);
  const id = useId();
  const [open, setOpen] = useState(sections[0]?.id ?? '');
  const context: FormContext = useMemo(
    () => ({ root: schema, document, faults, secrets, kept, change: onChange }),
    [schema, document, faults, secrets, kept, onChange],
  );
  const counts = useMemo(() => countBySection(sections, faults), [sections, faults]);
  return (
    <Tabs className="tabs formtabs" selectedKey={open} onSelectionChange={key => setOpen(String(key))}>
      <TabList className="tablist" aria-label="Groups of options">
        {sections.map(section => {
          const count = counts.get(section.id) ?? 0;
          return (
            <Tab
              key={section.id}
              id={section.id}
              className="tab"
              aria-label={count > 0 ? `${section.title}, ${count === 1 ? '1 fault' : `${count} faults`}` : section.title}
            >
              {section.title}
              {count > 0 && <span className="badge">{count}</span>}
            </Tab>
          );
        })}
      </TabList>
      {sections.map(section => (
        <TabPanel key={section.id} id={section.id}>
          {section.description && <p className="quiet">{section.description}</p>}
          {section.group && <KeptSecret id={`${id}-kept`} field={section.group} context={context} />}
          <div className="fields">
            {section.fields.map(field => (
              <FieldInput key={pointerOf(field.path)} field={field} context={context} />
            ))}
          </div>
        </TabPanel>
      ))}
    </Tabs>
  );
}

function sectionsOf(fields: Field[]): Section[] {
  const groups = fields.filter(field => field.kind === 'group');
  const others = fields.filter(field => field.kind !== 'group');
  return [
    ...(others.length > 0 ? [{ id: ' general', title: 'General', description: '', fields: others }] : []),
    ...groups.map(group => ({ id: group.name, title: group.title, description: group.description, group, fields: group.fields })),
  ];
}

function countBySection(sections: Section[], faults: readonly Fault[]): Map<string, number> {
  const names = new Set(sections.map(section => section.id));
  const counts = new Map<string, number>();
  for (const fault of faults) {
    const first = String(fault.path[0] ?? '');
    const section = names.has(first) ? first : ' general';
    counts.set(section, (counts.get(section) ?? 0) + 1);
  }
  return counts;
}
