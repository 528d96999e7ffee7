// SPDX-License-Identifier: Apache-2.0

import { Backoff } from './backoff';
import { ControlQueue } from './ControlQueue';
import type { FleetCluster, Frame, SubscriptionSpec } from './frames';
import { readFrames } from './readFrames';
import { LiveSubscription, type Subscription } from './Subscription';

/** What the client needs of its surroundings; a fake in tests. */
export interface StreamSurroundings {
  fetch: typeof fetch;
  /** The CSRF token of the session. */
  csrf(): string;
  /** Runs once before the next drawing of the screen. */
  beforeDrawing(callback: () => void): void;
  now(): number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
  random(): number;
}

export type Connection = 'connecting' | 'open' | 'lost' | 'signed-out' | 'closed';

/** A connection that is silent for longer is dead, whatever the network says (the server beats every 15 s). */
const silenceMs = 40_000;

interface Lease {
  id: string;
  /** Opens the stream once; null when it may have been used. */
  ticket: string | null;
  urls: string[];
}

/**
 * One stream for everything that a tab watches (docs/protocols/page.md): it opens, is opened again from where it was after a loss, and is made
 * anew when the hub forgot it. Rows of old streams stay on the screen, marked stale, until their successors come.
 */
export class StreamClient {
  private readonly subscriptions = new Map<string, LiveSubscription>();
  private readonly dirty = new Set<LiveSubscription>();
  private readonly listeners = new Set<() => void>();
  private readonly stop = new AbortController();
  private readonly backoff: Backoff;
  private readonly control: ControlQueue;
  private lease: Lease | null = null;
  private lastRead = 0;
  private nextId = 1;
  private drawing = false;
  private fleetChanged = false;
  fleet: readonly FleetCluster[] = [];
  connection = 'connecting' as Connection;
  /** Why the connection was lost, for people. */
  trouble = '';

  constructor(private readonly around: StreamSurroundings) {
    this.backoff = new Backoff(250, 10_000, around.random);
    this.control = new ControlQueue(
      (path, init) => this.post(path, init),
      () => this.forget(),
      (id, status) => this.failed(id, status),
    );
  }

  /** Runs until closed or signed out. */
  async run(): Promise<void> {
    while (!this.stop.signal.aborted) {
      try {
        this.lease ??= await this.open();
        if (!this.lease) return;
        await this.follow(this.lease);
        this.lost(this.trouble || 'the connection ended');
      } catch (fault) {
        if (this.stop.signal.aborted) return;
        this.lost(fault instanceof Error ? fault.message : String(fault));
      }
      await this.around.wait(this.backoff.next(), this.stop.signal).catch(() => {});
    }
  }

  subscribe(spec: SubscriptionSpec): Subscription {
    const subscription = new LiveSubscription(`s${this.nextId++}`, spec, {
      changed: changed => this.control.change(changed),
      closed: closed => {
        this.subscriptions.delete(closed.id);
        this.control.remove(closed);
      },
    });
    this.subscriptions.set(subscription.id, subscription);
    this.control.add(subscription);
    return subscription;
  }

  /** Calls back when the fleet or the state of the connection changed. */
  listen(callback: () => void): () => void {
    this.listeners.add(callback);
    return () => this.listeners.delete(callback);
  }

  close(): void {
    const lease = this.lease;
    this.set('closed');
    this.stop.abort();
    if (lease) void this.post(`/api/streams/${lease.id}`, { method: 'DELETE' }).catch(() => {});
  }

  /** Makes a stream, and tells it of all subscriptions. Null when nobody is signed in. */
  private async open(): Promise<Lease | null> {
    const answer = await this.post('/api/streams', { method: 'POST' });
    if (answer.status === 401) {
      this.set('signed-out');
      return null;
    }
    if (!answer.ok) throw new Error(`the hub opens no stream: ${await messageOf(answer)}`);
    const lease = (await answer.json()) as Lease;
    this.lastRead = 0;
    this.control.begin(lease.id, this.subscriptions.values());
    return lease;
  }

  private async follow(lease: Lease): Promise<void> {
    const answer = await this.connect(lease);
    if (answer.status === 401 || answer.status === 404) {
      this.forget();
      return;
    }
    if (!answer.ok || !answer.body) throw new Error(`the hub refuses the stream: ${await messageOf(answer)}`);
    const frames = readFrames(answer.body, { silenceMs, now: this.around.now, stop: this.stop.signal });
    for await (const frame of frames) this.take(frame, lease);
  }

  /** The first address that answers is kept: a browser may not know names under localhost. */
  private async connect(lease: Lease): Promise<Response> {
    while (true) {
      const url = lease.urls[0] as string;
      const ticket = lease.ticket ?? (await this.askForTicket(lease.id));
      lease.ticket = null;
      if (ticket === null) return new Response(null, { status: 404 });
      try {
        return await this.around.fetch(this.lastRead > 0 ? `${url}?after=${this.lastRead}` : url, {
          headers: { 'X-Pelago-Ticket': ticket, Accept: 'application/x-ndjson' },
          credentials: 'omit',
          cache: 'no-store',
          signal: this.stop.signal,
        });
      } catch (fault) {
        // The last one is not given up: it is tried again for as long as the stream lives.
        if (lease.urls.length === 1 || this.stop.signal.aborted) throw fault;
        lease.urls.shift();
      }
    }
  }

  /** Null when the hub does not know the stream any more. */
  private async askForTicket(id: string): Promise<string | null> {
    const answer = await this.post(`/api/streams/${id}`, { method: 'POST', body: JSON.stringify({ ticket: true }) });
    if (answer.status === 404 || answer.status === 401) return null;
    if (!answer.ok) throw new Error(`the hub gives no ticket: ${await messageOf(answer)}`);
    return ((await answer.json()) as { ticket: string }).ticket;
  }

  private take(frame: Frame, lease: Lease): void {
    if ('n' in frame) this.lastRead = frame.n;
    switch (frame.t) {
      case 'hello':
        lease.ticket = frame.ticket;
        this.backoff.reset();
        this.set('open');
        return;
      case 'clusters':
        this.fleet = frame.items;
        this.fleetChanged = true;
        this.draw();
        return;
      case 'bye':
        this.trouble = frame.message ?? '';
        return;
      case 'status':
      case 'reset':
      case 'rows':
      case 'error': {
        const subscription = this.subscriptions.get(frame.sub);
        if (!subscription) return;
        if (frame.t === 'status')
          subscription.rows.stand(frame.cluster, { state: frame.state, message: frame.message ?? '', since: frame.since ?? '' });
        else if (frame.t === 'reset') subscription.rows.reset();
        else if (frame.t === 'rows') {
          if (frame.order) subscription.rows.offset = frame.offset ?? subscription.told?.offset ?? 0;
          subscription.rows.apply(frame);
        } else subscription.rows.fail(frame.status);
        this.dirty.add(subscription);
        this.draw();
      }
    }
  }

  private failed(id: string, status: { message?: string; code?: number; reason?: string }): void {
    const subscription = this.subscriptions.get(id);
    if (!subscription) return;
    subscription.rows.fail(status);
    this.dirty.add(subscription);
    this.draw();
  }

  /** The hub does not know this stream any more. */
  private forget(): void {
    this.lease = null;
    this.control.end();
    for (const subscription of this.subscriptions.values()) {
      subscription.told = null;
      subscription.rows.outdate();
      this.dirty.add(subscription);
    }
    this.draw();
  }

  private lost(why: string): void {
    this.trouble = why;
    this.set('lost');
  }

  private set(connection: Connection): void {
    if (this.connection === connection) return;
    this.connection = connection;
    if (connection === 'open') this.trouble = '';
    for (const listener of [...this.listeners]) listener();
  }

  private draw(): void {
    if (this.drawing) return;
    this.drawing = true;
    this.around.beforeDrawing(() => {
      this.drawing = false;
      const changed = [...this.dirty];
      this.dirty.clear();
      for (const subscription of changed) subscription.notify();
      if (this.fleetChanged) {
        this.fleetChanged = false;
        for (const listener of [...this.listeners]) listener();
      }
    });
  }

  private post(path: string, init: RequestInit): Promise<Response> {
    const headers = { 'Content-Type': 'application/json', 'X-Pelago-Csrf': this.around.csrf() };
    return this.around.fetch(path, { ...init, headers, credentials: 'same-origin' });
  }
}

async function messageOf(answer: Response): Promise<string> {
  try {
    return ((await answer.json()) as { message?: string }).message ?? `${answer.status}`;
  } catch {
    return `it answers with ${answer.status}`;
  }
}
