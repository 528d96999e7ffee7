// SPDX-License-Identifier: Apache-2.0

import { useDeferredValue, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import { useFleet } from '../../app/hub';
import { useQueryValue, useScope, useScopedPath } from '../../app/scope';
import { useObject } from '../../app/useObject';
import { fieldsOf, initialOf } from '../../forms/fields';
import { SchemaForm } from '../../forms/SchemaForm';
import { defaultsOf, type JsonObject, overlaid } from '../../forms/schema';
import { allSecrets, keptSecrets, removedSecrets, type SecretPaths, toldOf, withoutKept, withSecretsKept } from '../../forms/secrets';
import { validate } from '../../forms/validate';
import { Facts, Panel } from '../../ui/Panel';
import { ScreenTabs } from '../../ui/ScreenTabs';
import { Empty, Loading, Partial, Problem } from '../../ui/states';
import { type Installation, installations, optionsPath, type StoredOptions } from '../installations/installing';
import { links } from '../links';
import { type CatalogPackage, useCatalog } from './catalogApi';
import { Emblem } from './Emblem';
import { Review } from './Review';
import type { Target } from './TargetFields';

/** A package: what it is, its options as a form, and installing it so; or, where the address names an installation, changing that. */
export function PackagePage({ name }: { name: string }) {
  const scoped = useScopedPath();
  const [version, setVersion] = useQueryValue('version');
  const [changed] = useQueryValue('change');
  const [cluster = '', namespace = '', installed = ''] = changed.split('/');
  const loaded = useCatalog<CatalogPackage>(
    `/api/catalog/${encodeURIComponent(name)}${version ? `?version=${encodeURIComponent(version)}` : ''}`,
  );
  // The choice of versions stays while another one is loaded: who chose it by keys is still there.
  const known = useRef<CatalogPackage | null>(null);
  if (loaded.state === 'there') known.current = loaded.value;
  return (
    <>
      <header>
        <div>
          <p className="trail">
            {installed ? (
              <Link href={links.installation(cluster, namespace, installed)}>{installed}</Link>
            ) : (
              <Link href={scoped('/catalog')}>Catalog</Link>
            )}
          </p>
          <h1 className="titled">
            <Emblem name={name} icon={known.current?.icon} />
            {installed ? `Change ${installed}` : name}
          </h1>
        </div>
        {known.current && (
          <label className="toolbar">
            <span className="quiet">Version</span>
            <select className="field" value={version || known.current.version} onChange={event => setVersion(event.target.value)}>
              {known.current.versions.map(each => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        )}
      </header>
      {loaded.state === 'loading' && <Loading what={name} />}
      {loaded.state === 'failed' && <Problem title="The package cannot be read">{loaded.message}</Problem>}
      {loaded.state === 'absent' && <Empty title={`No repository has a package ${name}`}>It may have been in one that was removed.</Empty>}
      {loaded.state === 'there' &&
        (installed ? (
          <ChangeOf key={loaded.value.version} found={loaded.value} cluster={cluster} namespace={namespace} name={installed} />
        ) : (
          <New key={loaded.value.version} found={loaded.value} />
        ))}
    </>
  );
}

/** The first of what is looked at that answers is where it goes unless somebody says otherwise. */
function New({ found }: { found: CatalogPackage }) {
  const scope = useScope();
  const fleet = useFleet();
  const usual = scope.cluster || (fleet.find(item => item.api.state !== 'unreachable') ?? fleet[0])?.name;
  const [chosen, setChosen] = useState<Target | null>(null);
  const target = chosen ?? { clusters: usual ? [usual] : [], namespace: scope.namespace || 'default', name: found.name.slice(0, 50) };
  return <Chosen found={found} given={{}} target={target} onTarget={setChosen} changes={false} />;
}

/** From what an installation has on, which its hub is asked for: it may be another version with other options than the last that was asked for. */
function ChangeOf({ found, cluster, namespace, name }: { found: CatalogPackage; cluster: string; namespace: string; name: string }) {
  const { object, loading, snapshot } = useObject<Installation>(cluster, installations, namespace, name);
  if (!object) {
    return (
      <>
        <Partial snapshot={snapshot} />
        {loading ? <Loading what={name} /> : <Empty title={`There is no installation ${name}`}>It may have been removed.</Empty>}
      </>
    );
  }
  return (
    <ChangeWith
      found={found}
      asked={object.spec ?? {}}
      path={optionsPath(cluster, namespace, name)}
      target={{ clusters: [cluster], namespace, name }}
    />
  );
}

interface ChangeProps {
  found: CatalogPackage;
  asked: NonNullable<Installation['spec']>;
  path: string;
  target: Target;
}

/** Where it is not known what is in force, the last that was asked for is what there is; each of its secrets may have a value then. */
function ChangeWith({ found, asked, path, target }: ChangeProps) {
  const loaded = useCatalog<StoredOptions>(path);
  if (loaded.state === 'loading') return <Loading what={target.name} />;
  const known = loaded.state === 'there' ? loaded.value : null;
  const stored = known ? known.secrets : asked.secrets === undefined ? none : (found.secrets ?? none);
  return (
    <>
      {known?.lost && <Problem title="Its passwords and other secrets are lost, and have to be given again">{known.lost}</Problem>}
      {!known && <Problem title="What is in force is not known">{loaded.state === 'failed' && loaded.message}</Problem>}
      <Chosen
        found={found}
        given={known?.options ?? asked.options ?? {}}
        target={target}
        onTarget={() => {}}
        changes={true}
        stored={stored}
      />
    </>
  );
}

const none: SecretPaths = [];

interface ChosenProps {
  found: CatalogPackage;
  /** Options that were chosen before. */
  given: JsonObject;
  target: Target;
  onTarget(target: Target): void;
  changes: boolean;
  /** Its secret options that have a value, which nobody sees here and which stays where none is given. */
  stored?: SecretPaths;
}

function Chosen({ found, given, target, onTarget, changes, stored = none }: ChosenProps) {
  const schema = useMemo(() => found.config ?? {}, [found.config]);
  const secrets = useMemo(() => allSecrets(found.secrets ?? [], stored), [found.secrets, stored]);
  const kept = useMemo(() => keptSecrets(secrets, stored), [secrets, stored]);
  const [document, setDocument] = useState<JsonObject>(() => overlaid(withoutKept(initialOf(fieldsOf(schema, schema)), kept), given));
  const settled = useDeferredValue(document);
  const faults = useMemo(() => withSecretsKept(validate(settled, schema), settled, kept), [settled, schema, kept]);
  const options = useMemo(() => toldOf(settled, defaultsOf(schema), kept), [settled, schema, kept]);
  const removed = useMemo(() => removedSecrets(settled, kept), [settled, kept]);
  const hasOptions = Object.keys(schema.properties ?? {}).length > 0;
  const about = { id: 'about', title: 'About', content: <About found={found} /> };
  return (
    <ScreenTabs
      label={found.name}
      items={[
        ...(changes ? [] : [about]),
        {
          id: 'options',
          title: faults.length > 0 ? `Options (${faults.length} to mend)` : 'Options',
          content: hasOptions ? (
            <SchemaForm schema={schema} document={document} faults={faults} secrets={secrets} kept={kept} onChange={setDocument} />
          ) : (
            <Empty title="It has no options" />
          ),
        },
        {
          id: 'review',
          title: changes ? 'Review and change' : 'Review and install',
          content: (
            <Review
              found={found}
              options={options}
              secrets={secrets}
              removed={removed}
              faults={faults.map(fault => `${fault.pointer || '/'} ${fault.message}`)}
              target={target}
              onTarget={onTarget}
              changes={changes}
            />
          ),
        },
        ...(changes ? [about] : []),
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

/** Packages are written by others: only addresses of the web become links. */
function isWeb(address: string | undefined): boolean {
  return address !== undefined && /^https?:\/\//i.test(address);
}
