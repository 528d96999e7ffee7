// SPDX-License-Identifier: Apache-2.0

import type { Status } from '../stream/frames';

/** A refusal of the hub or of a cluster: its Status as an error. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

export interface Session {
  user: string;
  kind: 'owner' | 'impersonated' | 'token';
  csrf: string;
  expires: string;
  clusters: string[];
  version: string;
}

type SignedOut = () => void;

/** Requests to the hub, as the session of this tab. */
export class Hub {
  session: Session | null = null;
  onSignedOut: SignedOut = () => {};

  private readonly fetch_: typeof fetch;

  constructor(fetcher: typeof fetch = (input, init) => fetch(input, init)) {
    this.fetch_ = twiceWhenCut(fetcher);
  }

  async restore(): Promise<Session | null> {
    const answer = await this.fetch_('/api/session', { credentials: 'same-origin' });
    if (answer.status === 401) return null;
    await refuse(answer);
    this.session = (await answer.json()) as Session;
    return this.session;
  }

  async login(by: { code: string } | { token: string; cluster?: string }): Promise<Session> {
    const answer = await this.fetch_('/api/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(by),
    });
    await refuse(answer);
    this.session = (await answer.json()) as Session;
    return this.session;
  }

  async logout(): Promise<void> {
    await this.fetch_('/api/logout', { method: 'POST', headers: this.csrf() }).catch(() => {});
    this.session = null;
    this.onSignedOut();
  }

  async addToken(token: string, cluster: string): Promise<void> {
    const answer = await this.fetch_('/api/session/tokens', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...this.csrf() },
      body: JSON.stringify({ token, cluster }),
    });
    await refuse(answer);
    this.session = (await answer.json()) as Session;
  }

  /** A request to a cluster's API server. Throws an ApiError when it is refused. */
  async request(cluster: string, path: string, init: RequestInit = {}): Promise<Response> {
    const method = init.method ?? 'GET';
    const headers = new Headers(init.headers);
    if (method !== 'GET' && method !== 'HEAD') for (const [name, value] of Object.entries(this.csrf())) headers.set(name, value);
    const answer = await this.fetch_(clusterPath(cluster, path), { ...init, headers, credentials: 'same-origin' });
    // A cluster that takes its credentials no more ends nobody's session with the hub.
    if (answer.status === 401 && !answer.headers.has('X-Pelago-Cluster')) this.onSignedOut();
    await refuse(answer);
    return answer;
  }

  async json<T>(cluster: string, path: string, init: RequestInit = {}): Promise<T> {
    const headers = new Headers(init.headers);
    headers.set('Accept', 'application/json');
    return (await (await this.request(cluster, path, { ...init, headers })).json()) as T;
  }

  /** A document of the hub's own. */
  async read<T>(path: string, stop: AbortSignal): Promise<T> {
    const answer = await this.fetch_(path, { credentials: 'same-origin', signal: stop });
    if (answer.status === 401) this.onSignedOut();
    await refuse(answer);
    return (await answer.json()) as T;
  }

  /** Tells the hub itself something; what it answers. */
  async tell<T>(path: string, body: unknown, stop?: AbortSignal): Promise<T> {
    const answer = await this.fetch_(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...this.csrf() },
      body: JSON.stringify(body),
      credentials: 'same-origin',
      ...(stop && { signal: stop }),
    });
    if (answer.status === 401) this.onSignedOut();
    await refuse(answer);
    return (await answer.json()) as T;
  }

  csrf(): Record<string, string> {
    return this.session ? { 'X-Pelago-Csrf': this.session.csrf } : {};
  }
}

/** PATH at the API server of a cluster, through the hub. */
export function clusterPath(cluster: string, path: string): string {
  return `/api/clusters/${encodeURIComponent(cluster)}${path}`;
}

/**
 * What only reads is asked once more when its connection was cut. A browser cuts every connection when an address of its machine comes
 * or goes (net::ERR_NETWORK_CHANGED), and on the machine that runs the pods their addresses do.
 */
function twiceWhenCut(fetcher: typeof fetch): typeof fetch {
  return async (input, init) => {
    try {
      return await fetcher(input, init);
    } catch (fault) {
      if ((init?.method ?? 'GET') !== 'GET' || init?.signal?.aborted || !(fault instanceof TypeError)) throw fault;
      return fetcher(input, init);
    }
  };
}

async function refuse(answer: Response): Promise<void> {
  if (answer.ok) return;
  let status: Status = {};
  try {
    status = (await answer.json()) as Status;
  } catch {
    // Not every refusal is a Status: a proxy in between may say something of its own.
  }
  throw new ApiError(answer.status, status.reason ?? '', status.message ?? `the hub answers with ${answer.status}`);
}
