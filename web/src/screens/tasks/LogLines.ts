// SPDX-License-Identifier: Apache-2.0

/** How many lines are kept; older ones go, as they do in a terminal. */
export const keptLines = 50_000;

/** The lines of a log as they arrive, in pieces that may end anywhere. */
export class LogLines {
  lines: string[] = [];
  /** Lines that were let go, so that those that stay keep their numbers. */
  dropped = 0;
  private rest = '';
  private readonly decoder = new TextDecoder();

  push(chunk: Uint8Array): void {
    const parts = (this.rest + this.decoder.decode(chunk, { stream: true })).split('\n');
    this.rest = parts.pop() ?? '';
    for (const part of parts) this.lines.push(clean(part));
    if (this.lines.length > keptLines * 1.1) {
      const surplus = this.lines.length - keptLines;
      this.dropped += surplus;
      this.lines = this.lines.slice(surplus);
    }
  }

  /** What came last without an end of line. */
  end(): void {
    if (this.rest) this.lines.push(clean(this.rest));
    this.rest = '';
  }
}

const longest = 20_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours and movements of terminals are what is taken out
const controls = /\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|[\x00-\x08\x0b-\x1f\x7f]/g;

function clean(line: string): string {
  const text = line.length > longest ? `${line.slice(0, longest)}…` : line;
  return text.replace(controls, '');
}
