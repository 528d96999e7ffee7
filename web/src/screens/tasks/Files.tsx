// SPDX-License-Identifier: Apache-2.0

import { useEffect, useState } from 'react';
import { clusterPath } from '../../api/http';
import { useHub, useNow } from '../../app/hub';
import { useQueryValue } from '../../app/scope';
import { formatAge } from '../../kube/age';
import { formatBytes } from '../../kube/quantity';
import { DataGrid, type GridColumn } from '../../ui/DataGrid';
import { Empty, Loading, Problem } from '../../ui/states';
import { type Entry, isFolder, type Listing, listingOf, missingOf } from './listing';
import type { ContainerPlace } from './place';

/** How much of a file is shown; all of it can be saved. */
const shownBytes = 256 * 1024;

/** The files of a task, as its node has them, by the right to run commands in it (docs/protocols/node-api.md). */
export function Files({ place, node }: { place: ContainerPlace; node: string }) {
  const hub = useHub();
  const now = useNow(5000);
  const [path, setPath] = useQueryValue('path');
  const [listing, setListing] = useState<Listing | null>(null);
  const [content, setContent] = useState<{ text: string; cut: boolean } | null>(null);
  const [fault, setFault] = useState('');
  const isFile = path !== '' && !path.endsWith('/');
  const root = `/apis/node.pelago.dev/v1alpha1/namespaces/${encodeURIComponent(place.namespace)}/pods/${encodeURIComponent(place.pod)}/proxy/${encodeURIComponent(place.container)}`;
  const asked = encodeURIComponent(path.replace(/\/$/, '') || '.');
  const address = isFile ? `${root}/read?path=${asked}` : `${root}/find?depth=1&path=${asked}`;

  useEffect(() => {
    if (!node) return;
    const stop = new AbortController();
    setListing(null);
    setContent(null);
    setFault('');
    const load = async () => {
      if (!isFile) {
        const answer = await hub.request(place.cluster, address, { signal: stop.signal });
        setListing(listingOf(await answer.text()));
        return;
      }
      const answer = await hub.request(place.cluster, address, { headers: { Range: `bytes=0-${shownBytes - 1}` }, signal: stop.signal });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      setContent({ text: bytes.includes(0) ? '' : new TextDecoder().decode(bytes), cut: bytes.length >= shownBytes });
    };
    load().catch((failed: unknown) => !stop.signal.aborted && setFault(failed instanceof Error ? failed.message : String(failed)));
    return () => stop.abort();
  }, [hub, place.cluster, address, isFile, node]);

  if (!node) return <Empty title="It is on no node yet">Its files are there when it has started.</Empty>;
  const columns: GridColumn<Entry>[] = [
    {
      key: 'name',
      title: 'Name',
      width: 'minmax(0, 2fr)',
      cell: entry => (
        <button type="button" className="button plain mono" tabIndex={-1} onClick={() => open(entry)}>
          {entry.path}
          {isFolder(entry) && '/'}
          {entry.target && <span className="quiet"> → {entry.target}</span>}
        </button>
      ),
    },
    { key: 'size', title: 'Size', width: '100px', align: 'right', cell: entry => (isFolder(entry) ? '' : formatBytes(entry.size)) },
    {
      key: 'modified',
      title: 'Changed',
      width: '110px',
      align: 'right',
      from: 480,
      cell: entry => `${formatAge(entry.modified, now)} ago`,
    },
    {
      key: 'mode',
      title: 'Mode',
      width: '120px',
      from: 760,
      cell: entry => <span className="mono quiet">{entry.mode.toString(8).padStart(4, '0')}</span>,
    },
  ];
  const open = (entry: Entry) => setPath(path + entry.path + (isFolder(entry) ? '/' : ''));
  return (
    <div className="files">
      <nav className="crumbs" aria-label="Folder">
        {crumbsOf(path).map(([title, to]) => (
          <button key={to} type="button" onClick={() => setPath(to)}>
            {title}
          </button>
        ))}
      </nav>
      {fault && <Problem title="It cannot be read">{fault}</Problem>}
      {!fault && !listing && !content && <Loading what="the node" />}
      {listing && (
        <>
          <DataGrid<Entry>
            label={`Files in ${path || '/'}`}
            columns={columns}
            count={listing.entries.length}
            itemAt={index => listing.entries[index]}
            keyOf={entry => entry.path}
            onOpen={open}
            height="max(320px, calc(100dvh - 330px))"
            empty={<Empty title={missingOf(listing) ? 'Nothing that can be shown' : 'An empty folder'} />}
          />
          {missingOf(listing) && <p className="quiet">{missingOf(listing)}</p>}
        </>
      )}
      {content && (
        <>
          <div className="toolbar">
            <a className="button" href={clusterPath(place.cluster, address)} download={path.split('/').pop()}>
              Save
            </a>
            {content.cut && <span className="quiet">Only its first {formatBytes(shownBytes)} are shown.</span>}
          </div>
          {content.text ? (
            <pre className="fileview" tabIndex={0}>
              {content.text}
            </pre>
          ) : (
            <Empty title="Nothing to read">It is empty, or no text.</Empty>
          )}
        </>
      )}
    </div>
  );
}

function crumbsOf(path: string): [string, string][] {
  const crumbs: [string, string][] = [['/', '']];
  let at = '';
  for (const part of path.split('/').filter(Boolean)) {
    at += part;
    const isLast = path === at;
    if (!isLast) at += '/';
    crumbs.push([isLast ? part : `${part}/`, at]);
  }
  return crumbs;
}
