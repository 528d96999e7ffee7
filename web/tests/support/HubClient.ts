// SPDX-License-Identifier: Apache-2.0

import { request } from 'node:http';

interface Answer {
  code: number;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

/** A session at the hub as a browser has one: by a link, with its cookie and its token. Names under localhost lead here whatever the resolver says. */
export class HubClient {
  private cookie = '';
  private csrf = '';

  private constructor(
    readonly host: string,
    readonly port: number,
  ) {}

  static async enter(link: string): Promise<HubClient> {
    const url = new URL(link);
    const client = new HubClient(url.host, Number(url.port));
    const answer = await client.send('POST', '/api/login', { code: decodeURIComponent(url.hash.replace('#login=', '')) });
    client.cookie = String(answer.headers['set-cookie']).split(';')[0] as string;
    client.csrf = JSON.parse(answer.body).csrf;
    return client;
  }

  async json<T>(method: string, path: string, body?: unknown, type?: string): Promise<T> {
    return JSON.parse((await this.send(method, path, body, type)).body) as T;
  }

  async send(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Answer> {
    const answer = await new Promise<Answer>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: this.port, method, path, headers: this.headers(method, type) }, response => {
        const pieces: Buffer[] = [];
        response.on('data', piece => pieces.push(piece));
        response.on('end', () =>
          resolve({ code: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces).toString() }),
        );
        response.on('error', reject);
      });
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
    if (answer.code >= 400) throw new Error(`${method} ${path}: ${answer.code} ${answer.body.slice(0, 500)}`);
    return answer;
  }

  headers(method: string, type = 'application/json'): Record<string, string> {
    const headers: Record<string, string> = { Host: this.host, 'Sec-Fetch-Site': 'same-origin' };
    if (this.cookie) headers.Cookie = this.cookie;
    if (method === 'GET') return headers;
    headers.Origin = `http://${this.host}`;
    headers['Content-Type'] = type;
    if (this.csrf) headers['X-Pelago-Csrf'] = this.csrf;
    return headers;
  }

  /** Puts an object into a cluster, or brings it to what it should be. */
  async apply(cluster: string, path: string, object: object): Promise<void> {
    await this.send('PATCH', `/api/clusters/${cluster}${path}?fieldManager=page-tests&force=true`, object, 'application/apply-patch+yaml');
  }
}
