// SPDX-License-Identifier: Apache-2.0

import { useDeferredValue, useMemo, useState } from 'react';
import { Link } from 'wouter';
import { useQueryValue, useScope, useScopedPath } from '../../app/scope';
import { fieldsOf, initialOf } from '../../forms/fields';
import { SchemaForm } from '../../forms/SchemaForm';
import { defaultsOf, differing, type JsonObject } from '../../forms/schema';
import { validate } from '../../forms/validate';
import { toYaml } from '../../kube/yaml';
import { Command } from '../../ui/Command';
import { Facts, Panel } from '../../ui/Panel';
import { ScreenTabs } from '../../ui/ScreenTabs';
import { Empty, Loading, Problem } from '../../ui/states';
import { shellWord } from '../commands';
import { type CatalogPackage, useCatalog } from './catalogApi';

/** A package: what it is, and its options as a form. */
export function PackagePage({ name }: { name: string }) {
  const scoped = useScopedPath();
  const [version, setVersion] = useQueryValue('version');
  const loaded = useCatalog<CatalogPackage>(
    `/api/catalog/${encodeURIComponent(name)}${version ? `?version=${encodeURIComponent(version)}` : ''}`,
  );
  return (
    <>
      <header>
        <div>
          <p className="trail">
            <Link href={scoped('/catalog')}>Catalog</Link>
          </p>
          <h1>{name}</h1>
        </div>
        {loaded.state === 'there' && (
          <label className="toolbar">
            <span className="quiet">Version</span>
            <select className="field" value={loaded.value.version} onChange={event => setVersion(event.target.value)}>
              {loaded.value.versions.map(each => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        )}
      </header>
      {loaded.state === 'loading' && <Loading what={name} />}
      {loaded.state === 'failed' && <Problem title="The package cannot be read">{loaded.message}</Problem>}
      {loaded.state === 'absent' && <Empty title={`No repository has a package ${name}`}>It may have been in one that was removed.</Empty>}
      {loaded.state === 'there' && <Chosen key={loaded.value.version} found={loaded.value} />}
    </>
  );
}

function Chosen({ found }: { found: CatalogPackage }) {
  const scope = useScope();
  const schema = useMemo(() => found.config ?? {}, [found.config]);
  const [document, setDocument] = useState<JsonObject>(() => initialOf(fieldsOf(schema, schema)));
  const settled = useDeferredValue(document);
  const faults = useMemo(() => validate(settled, schema), [settled, schema]);
  const options = useMemo(() => differing(settled, defaultsOf(schema)), [settled, schema]);
  const hasOptions = Object.keys(schema.properties ?? {}).length > 0;
  return (
    <ScreenTabs
      label={found.name}
      items={[
        { id: 'about', title: 'About', content: <About found={found} /> },
        {
          id: 'options',
          title: faults.length > 0 ? `Options (${faults.length} to mend)` : 'Options',
          content: hasOptions ? (
            <SchemaForm schema={schema} document={document} faults={faults} onChange={setDocument} />
          ) : (
            <Empty title="It has no options" />
          ),
        },
        {
          id: 'review',
          title: 'Review',
          content: (
            <Review
              found={found}
              options={options}
              faults={faults.map(fault => `${fault.pointer || '/'} ${fault.message}`)}
              where={scope.cluster}
              namespace={scope.namespace}
            />
          ),
        },
      ]}
    />
  );
}

function About({ found }: { found: CatalogPackage }) {
  return (
    <Panel title={`${found.name} ${found.version}`}>
      <p className="prose">{found.description}</p>
      <Facts
        facts={[
          ['Kept by', found.maintainer],
          [
            'Website',
            isWeb(found.website) ? (
              <a href={found.website} rel="noreferrer noopener" target="_blank">
                {found.website}
              </a>
            ) : (
              found.website
            ),
          ],
          ['Licence', (found.licenses ?? []).map(licence => licence.name).join(', ')],
          ['Tags', (found.tags ?? []).join(', ')],
          ['Repository', found.repository],
        ]}
      />
      {found.preInstallNotes && <p className="notice prose">{found.preInstallNotes}</p>}
    </Panel>
  );
}

interface ReviewProps {
  found: CatalogPackage;
  options: JsonObject;
  faults: string[];
  where: string;
  namespace: string;
}

/** What differs from the defaults, what is wrong, and the command that installs it so. */
function Review({ found, options, faults, where, namespace }: ReviewProps) {
  const given = Object.keys(options).length > 0;
  const words = ['pelago package install', shellWord(found.name), '--package-version', shellWord(found.version)];
  if (where) words.push('--cluster', shellWord(where));
  if (namespace) words.push('-n', shellWord(namespace));
  const command = given ? `${words.join(' ')} --options options.yaml` : words.join(' ');
  const save = () => {
    const link = window.document.createElement('a');
    link.href = URL.createObjectURL(new Blob([toYaml(options)], { type: 'application/yaml' }));
    link.download = 'options.yaml';
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <div className="review">
      {faults.length > 0 && (
        <Problem
          title={faults.length === 1 ? 'One option is not allowed as it is' : `${faults.length} options are not allowed as they are`}
        >
          <ul>
            {faults.slice(0, 20).map(fault => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        </Problem>
      )}
      <Panel
        title="What differs from the defaults"
        aside={
          given && (
            <button type="button" className="button" onClick={save}>
              Save options.yaml
            </button>
          )
        }
      >
        {given ? (
          <pre className="mono">
            <code>{toYaml(options)}</code>
          </pre>
        ) : (
          <p className="quiet">Nothing: it is installed as its makers suggest.</p>
        )}
      </Panel>
      <Panel title="Install it">
        <Command text={command} />
      </Panel>
    </div>
  );
}

/** Packages are written by others: only addresses of the web become links. */
function isWeb(address: string | undefined): boolean {
  return address !== undefined && /^https?:\/\//i.test(address);
}
