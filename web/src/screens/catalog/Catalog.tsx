// SPDX-License-Identifier: Apache-2.0

import { useMemo } from 'react';
import { Link } from 'wouter';
import { useNow } from '../../app/hub';
import { useQueryValue, useScopedPath } from '../../app/scope';
import { formatAge } from '../../kube/age';
import { Command } from '../../ui/Command';
import { SearchBox } from '../../ui/SearchBox';
import { Empty, Loading, Problem } from '../../ui/states';
import { type CatalogDocument, type CatalogEntry, useCatalog } from './catalogApi';
import { Emblem } from './Emblem';
import { PackagePage } from './PackagePage';
import './catalog.css';

const most = 120;

export default function Catalog() {
  const [chosen] = useQueryValue('package');
  return chosen ? <PackagePage key={chosen} name={chosen} /> : <Cards />;
}

function Cards() {
  const [filter, setFilter] = useQueryValue('q');
  const loaded = useCatalog<CatalogDocument>('/api/catalog');
  return (
    <>
      <header>
        <h1>Catalog</h1>
        <div className="toolbar">
          <SearchBox label="Search packages" value={filter} onChange={setFilter} />
        </div>
      </header>
      {loaded.state === 'loading' && <Loading what="the catalog" />}
      {loaded.state === 'failed' && <Problem title="The catalog cannot be read">{loaded.message}</Problem>}
      {loaded.state === 'absent' && <CommandLineOnly />}
      {loaded.state === 'there' && <Found document={loaded.value} filter={filter} />}
    </>
  );
}

/** For a hub that serves no catalog. */
function CommandLineOnly() {
  return (
    <>
      <Empty title="This hub serves no catalog">Packages are found and installed by the command line.</Empty>
      <Command text={"pelago package search '*'\npelago package describe NAME --config\npelago package install NAME"} />
    </>
  );
}

function Found({ document, filter }: { document: CatalogDocument; filter: string }) {
  const now = useNow(60_000);
  const found = useMemo(() => search(document.packages, filter), [document, filter]);
  const stale = document.repositories.filter(repository => repository.fault);
  if (document.repositories.length === 0) {
    return (
      <>
        <Empty title="No repository of packages yet">Add a folder of packages, or the address of a repository.</Empty>
        <Command text={'pelago package repo add NAME ADDRESS-OR-FOLDER\npelago package repo update'} />
      </>
    );
  }
  return (
    <>
      {stale.length > 0 && (
        <ul className="notice warn">
          {stale.map(repository => (
            <li key={repository.name}>
              <strong>{repository.name}</strong> is stale{repository.fetched && `, as of ${formatAge(repository.fetched, now)} ago`}:{' '}
              {repository.fault}
            </li>
          ))}
        </ul>
      )}
      <p className="quiet number" role="status">
        {found.length === 1 ? '1 package' : `${found.length} packages`}
        {found.length > most && `, the first ${most} are shown`}
      </p>
      {found.length === 0 ? (
        <Empty title="Nothing matches">No package has all these words in its name, description or tags.</Empty>
      ) : (
        <CardList packages={found.slice(0, most)} />
      )}
    </>
  );
}

function CardList({ packages }: { packages: CatalogEntry[] }) {
  const scoped = useScopedPath();
  return (
    <ul className="cards">
      {packages.map(entry => (
        <li key={entry.name}>
          <Link href={scoped('/catalog', { package: entry.name })}>
            <Emblem name={entry.name} icon={entry.icon} />
            <span className="about">
              <strong>{entry.name}</strong>
              <span className="quiet number">
                {entry.version}
                {entry.selected && ', selected'}
              </span>
            </span>
            <span className="text">{entry.description}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function search(packages: CatalogEntry[], filter: string): CatalogEntry[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (entry: CatalogEntry) => (words.some(word => entry.name.toLowerCase().startsWith(word)) ? 0 : 1);
  return packages
    .filter(entry => {
      const text = `${entry.name} ${entry.description} ${entry.tags.join(' ')}`.toLowerCase();
      return words.every(word => text.includes(word));
    })
    .sort((a, b) => (words.length > 0 ? rank(a) - rank(b) : 0) || Number(b.selected) - Number(a.selected) || a.name.localeCompare(b.name));
}
