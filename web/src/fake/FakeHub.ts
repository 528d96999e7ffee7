// SPDX-License-Identifier: Apache-2.0

import type { Frame } from '../stream/frames';
import { fakeCatalog, fakePackage } from './catalog';
import { fakeCells } from './cells';
import { FakeStream } from './FakeStream';
import { fakeInstall, fakeOptions } from './installations';
import { put, type World } from './world';

export interface FakeHubOptions {
  world: World;
  /** Clusters that take connections and never answer. */
  hanging?: string[];
  signedIn?: boolean;
}

/** The hub's half of docs/protocols/page.md in memory: for tests, and for working on the page without a daemon. */
export class FakeHub {
  readonly streams = new Map<string, FakeStream>();
  readonly requests: { method: string; path: string; body: string }[] = [];
  signedIn: boolean;
  private readonly tickets = new Map<string, string>();
  private readonly readers = new Map<string, ReadableStreamDefaultController<Uint8Array>>();
  private nextStream = 1;
  private nextTicket = 1;

  constructor(private readonly options: FakeHubOptions) {
    this.signedIn = options.signedIn ?? true;
  }

  /** In the place of the browser's own. */
  readonly fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    await Promise.resolve();
    const url = new URL(String(input), 'http://fake');
    const method = init.method ?? 'GET';
    const body = typeof init.body === 'string' ? init.body : '';
    this.requests.push({ method, path: url.pathname + url.search, body });
    if (url.pathname === '/api/info') return json({ name: 'pelago', version: 'fake', loginCommand: 'pelago dashboard' });
    if (url.pathname === '/api/login') return this.login(body);
    if (!this.signedIn && !(method === 'GET' && url.pathname.startsWith('/api/streams/'))) {
      return status(401, 'Unauthorized', 'there is no session');
    }
    if (url.pathname === '/api/session') return json(this.session());
    if (url.pathname === '/api/logout') {
      this.signedIn = false;
      return new Response(null, { status: 204 });
    }
    if (url.pathname === '/api/streams') return this.makeStream();
    if (url.pathname === '/api/catalog') return json(fakeCatalog);
    if (url.pathname === '/api/installations') return this.install(body);
    if (url.pathname === '/api/installations/options') {
      const stored = fakeOptions(this.options.world.clusters, url.searchParams);
      return stored ? json(stored) : status(404, 'NotFound', 'there is no such installation');
    }
    const offered = /^\/api\/catalog\/([^/]+)$/.exec(url.pathname);
    if (offered)
      return fakePackage(offered[1] as string) ? json(fakePackage(offered[1] as string)) : status(404, 'NotFound', 'no such package');
    const stream = /^\/api\/streams\/([^/]+)$/.exec(url.pathname);
    if (stream)
      return this.stream(
        stream[1] as string,
        method,
        body,
        new Headers(init.headers),
        Number(url.searchParams.get('after') ?? 0),
        init.signal ?? null,
      );
    const cluster = /^\/api\/clusters\/([^/]+)(\/.*)$/.exec(url.pathname);
    if (cluster) return this.cluster(cluster[1] as string, cluster[2] as string, url.searchParams, method, body, init.signal ?? null);
    return status(404, 'NotFound', `nothing is served at ${url.pathname}`);
  };

  /** What a network does: the connections of all streams end, in the middle of things. */
  dropConnections(): void {
    for (const reader of this.readers.values()) reader.error(new TypeError('network error'));
    this.readers.clear();
    for (const stream of this.streams.values()) stream.disconnect();
  }

  /** What a daemon that was started anew knows: no stream. */
  forgetStreams(): void {
    this.streams.clear();
    this.dropConnections();
  }

  step(): void {
    this.options.world.step();
    for (const stream of this.streams.values()) stream.refreshAll();
  }

  private session() {
    return { user: 'admin', kind: 'owner', csrf: 'csrf', expires: '', clusters: [...this.options.world.clusters.keys()], version: 'fake' };
  }

  private login(body: string): Response {
    const { code, token } = JSON.parse(body) as { code?: string; token?: string };
    if (code === 'used') return status(401, 'Unauthorized', 'this link was used already: ask for another one with `pelago dashboard`');
    if (!code && !token) return status(401, 'Unauthorized', 'neither a code nor a token');
    this.signedIn = true;
    return json(this.session());
  }

  private install(body: string): Response {
    const answer = fakeInstall(this.options.world.clusters, JSON.parse(body));
    for (const stream of this.streams.values()) stream.refreshAll();
    return typeof answer === 'string' ? status(409, 'Conflict', answer) : json(answer);
  }

  private makeStream(): Response {
    const id = `stream-${this.nextStream++}`;
    this.streams.set(id, new FakeStream(id, this.options.world, new Set(this.options.hanging ?? [])));
    return json({ id, ticket: this.ticketFor(id), urls: [`/api/streams/${id}`] }, 201);
  }

  private stream(id: string, method: string, body: string, headers: Headers, after: number, signal: AbortSignal | null): Response {
    const stream = this.streams.get(id);
    if (!stream) return status(404, 'NotFound', 'there is no such stream');
    if (method === 'DELETE') {
      this.streams.delete(id);
      return new Response(null, { status: 204 });
    }
    if (method === 'POST') {
      const said = JSON.parse(body) as Parameters<FakeStream['control']>[0] & { ticket?: boolean };
      stream.control(said);
      return json({ refused: [], ...(said.ticket && { ticket: this.ticketFor(id) }) });
    }
    if (this.tickets.get(headers.get('X-Pelago-Ticket') ?? '') !== id)
      return status(403, 'Forbidden', 'this ticket does not open the stream');
    this.tickets.delete(headers.get('X-Pelago-Ticket') ?? '');
    const encoder = new TextEncoder();
    const out = new ReadableStream<Uint8Array>({
      start: controller => {
        const tell = (frame: Frame) => controller.enqueue(encoder.encode(`${JSON.stringify(frame)}\n`));
        this.readers.set(id, controller);
        signal?.addEventListener('abort', () => this.readers.delete(id));
        tell({ t: 'hello', v: 1, n: 0, stream: id, ticket: this.ticketFor(id) });
        tell({ t: 'clusters', n: after, items: this.fleet() });
        stream.connect(tell, after);
      },
      cancel: () => stream.disconnect(),
    });
    return new Response(out, { headers: { 'Content-Type': 'application/x-ndjson' } });
  }

  private fleet() {
    const since = new Date(Date.now() - 5_400_000).toISOString();
    const well = [...this.options.world.clusters.keys()].map(name => ({
      name,
      server: 'https://127.0.0.1:6443',
      source: 'home',
      api: { state: 'reachable', since, millis: 3, version: 'v1.34.0' },
      workloads: { state: 'serving', since, message: 'all workloads have what they ask for' },
    }));
    const ill = (this.options.hanging ?? []).map(name => ({
      name,
      server: 'https://10.9.8.7:6443',
      source: 'fleet',
      api: { state: 'unreachable', since, message: `${name} takes connections and does not answer` },
      workloads: { state: 'unknown', since },
    }));
    return [...well, ...ill];
  }

  private cluster(name: string, path: string, query: URLSearchParams, method: string, body: string, signal: AbortSignal | null): Response {
    const resources = this.options.world.clusters.get(name);
    if (!resources) return status(404, 'NotFound', `this session has no cluster ${name}`);
    if (query.get('watch') === 'true') return new Response(fakeCells(resources, signal));
    const found = /^\/(?:api|apis)\/((?:[^/]+\/)?v[^/]+)(?:\/namespaces\/([^/]+))?\/([a-z]+)(?:\/([^/]+))?(?:\/([a-z]+))?$/.exec(path);
    if (!found) return status(404, 'NotFound', `the fake serves nothing at ${path}`);
    const [, group, namespace = '', plural, object, subresource] = found;
    if (subresource === 'log') return new Response(logLines(object ?? ''));
    const all = resources.get(`${group}/${plural}`) ?? new Map();
    if (!object) return json({ items: [...all.values()].filter(item => !namespace || item.metadata?.namespace === namespace) });
    const item = all.get(`${namespace}/${object}`);
    if (!item) return status(404, 'NotFound', `${plural} "${object}" not found`);
    if (method === 'DELETE') all.delete(`${namespace}/${object}`);
    if (method === 'PATCH') put(resources, `${group}/${plural}`, merge(item, JSON.parse(body)) as typeof item);
    for (const stream of this.streams.values()) stream.refreshAll();
    return json(all.get(`${namespace}/${object}`) ?? { kind: 'Status', status: 'Success' });
  }

  private ticketFor(id: string): string {
    const ticket = `ticket-${this.nextTicket++}`;
    this.tickets.set(ticket, id);
    return ticket;
  }
}

function merge(target: unknown, patch: unknown): unknown {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(target as Record<string, unknown>) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

function logLines(pod: string): string {
  const words = ['accepted connection from', 'flushed segment', 'GET /healthz 200 in', 'compacted table', 'WARN slow request', 'leader is'];
  return Array.from(
    { length: 400 },
    (_, i) =>
      `2026-11-29T10:${String(Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}Z ${words[i % words.length]} ${pod}-${i}\n`,
  ).join('');
}

function json(value: unknown, code = 200): Response {
  return new Response(JSON.stringify(value), { status: code, headers: { 'Content-Type': 'application/json' } });
}

function status(code: number, reason: string, message: string): Response {
  return json({ kind: 'Status', code, reason, message }, code);
}
