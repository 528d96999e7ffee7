// SPDX-License-Identifier: Apache-2.0

/** Channels of v5.channel.k8s.io: docs/protocols/node-api.md. */
const channel = { stdin: 0, stdout: 1, stderr: 2, outcome: 3, size: 4 } as const;

export interface ExecEvents {
  output(bytes: Uint8Array): void;
  /** How it ended, for people. */
  ended(message: string): void;
}

/** A command in a container, over a WebSocket. */
export class ExecSocket {
  private readonly socket: WebSocket;
  private readonly encoder = new TextEncoder();
  private ended = false;

  constructor(
    url: string,
    private readonly events: ExecEvents,
  ) {
    this.socket = new WebSocket(url, ['v5.channel.k8s.io', 'v4.channel.k8s.io']);
    this.socket.binaryType = 'arraybuffer';
    this.socket.onmessage = message => this.take(new Uint8Array(message.data as ArrayBuffer));
    this.socket.onclose = event =>
      this.end(event.reason || (event.wasClean ? 'the shell ended' : 'the connection was lost, or there is no shell in this container'));
  }

  send(text: string): void {
    this.write(channel.stdin, this.encoder.encode(text));
  }

  resize(columns: number, rows: number): void {
    this.write(channel.size, this.encoder.encode(JSON.stringify({ Width: columns, Height: rows })));
  }

  close(): void {
    this.ended = true;
    this.socket.close();
  }

  private write(to: number, bytes: Uint8Array): void {
    if (this.socket.readyState === WebSocket.CONNECTING) {
      this.socket.addEventListener('open', () => this.write(to, bytes), { once: true });
      return;
    }
    if (this.socket.readyState !== WebSocket.OPEN) return;
    const message = new Uint8Array(bytes.length + 1);
    message[0] = to;
    message.set(bytes, 1);
    this.socket.send(message);
  }

  private take(message: Uint8Array): void {
    const bytes = message.subarray(1);
    if (message[0] === channel.stdout || message[0] === channel.stderr) this.events.output(bytes);
    else if (message[0] === channel.outcome) this.end(outcomeOf(new TextDecoder().decode(bytes)));
  }

  private end(message: string): void {
    if (this.ended) return;
    this.ended = true;
    this.events.ended(message);
  }
}

function outcomeOf(text: string): string {
  try {
    const status = JSON.parse(text) as { status?: string; message?: string };
    return status.status === 'Success' ? 'the shell ended' : (status.message ?? text);
  } catch {
    return text;
  }
}
