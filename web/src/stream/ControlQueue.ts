// SPDX-License-Identifier: Apache-2.0

import type { Status, Window } from './frames';
import type { LiveSubscription } from './Subscription';

interface ControlAnswer {
  refused?: { id: string; status: Status }[];
}

type Post = (path: string, init: RequestInit) => Promise<Response>;

/**
 * What is said to a stream: one POST at a time, and all that was asked for meanwhile in the next. A window that was moved ten times while
 * a POST was under way is told once.
 */
export class ControlQueue {
  private stream: string | null = null;
  private readonly added = new Set<LiveSubscription>();
  private readonly changed = new Set<LiveSubscription>();
  private readonly removed = new Set<string>();
  private busy = false;
  private scheduled = false;

  constructor(
    private readonly post: Post,
    private readonly forgotten: () => void,
    private readonly refused: (id: string, status: Status) => void,
  ) {}

  /** A new stream knows nothing: all is told again. */
  begin(stream: string, subscriptions: Iterable<LiveSubscription>): void {
    this.end();
    this.stream = stream;
    for (const subscription of subscriptions) this.added.add(subscription);
    this.schedule();
  }

  end(): void {
    this.stream = null;
    this.added.clear();
    this.changed.clear();
    this.removed.clear();
  }

  add(subscription: LiveSubscription): void {
    this.added.add(subscription);
    this.schedule();
  }

  change(subscription: LiveSubscription): void {
    if (!this.added.has(subscription)) this.changed.add(subscription);
    this.schedule();
  }

  remove(subscription: LiveSubscription): void {
    this.changed.delete(subscription);
    // One that the stream never heard of has not to be taken back.
    if (!this.added.delete(subscription)) this.removed.add(subscription.id);
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled || this.busy || !this.stream) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      void this.flush();
    });
  }

  private async flush(): Promise<void> {
    const stream = this.stream;
    if (this.busy || !stream || this.added.size + this.changed.size + this.removed.size === 0) return;
    const added = [...this.added];
    const changed = [...this.changed];
    const remove = [...this.removed];
    this.added.clear();
    this.changed.clear();
    this.removed.clear();
    for (const subscription of [...added, ...changed]) subscription.told = windowOf(subscription);
    this.busy = true;
    try {
      const body = {
        ...(added.length > 0 && { add: added.map(({ id, spec }) => ({ id, ...spec })) }),
        ...(changed.length > 0 && { change: changed.map(subscription => ({ id: subscription.id, ...windowOf(subscription) })) }),
        ...(remove.length > 0 && { remove }),
      };
      const answer = await this.post(`/api/streams/${stream}`, { method: 'POST', body: JSON.stringify(body) });
      if (this.stream !== stream) return;
      if (answer.status === 404 || answer.status === 401) this.forgotten();
      else if (answer.ok) for (const { id, status } of ((await answer.json()) as ControlAnswer).refused ?? []) this.refused(id, status);
      else throw new Error(`${answer.status}`);
    } catch {
      // The connection is gone for a moment: what was to be told is told with the next POST.
      if (this.stream === stream) {
        for (const subscription of added) this.added.add(subscription);
        for (const subscription of changed) this.changed.add(subscription);
        for (const id of remove) this.removed.add(id);
        setTimeout(() => this.schedule(), 1000);
      }
      return;
    } finally {
      this.busy = false;
    }
    this.schedule();
  }
}

function windowOf({ spec }: LiveSubscription): Window {
  return {
    ...(spec.offset !== undefined && { offset: spec.offset }),
    ...(spec.limit !== undefined && { limit: spec.limit }),
    ...(spec.sort !== undefined && { sort: spec.sort }),
    ...(spec.filter !== undefined && { filter: spec.filter }),
  };
}
