// SPDX-License-Identifier: Apache-2.0

/** Waits longer after each failure in a row, never the same time as another tab. */
export class Backoff {
  private failures = 0;

  constructor(
    private readonly firstMs = 250,
    private readonly mostMs = 10_000,
    private readonly random: () => number = Math.random,
  ) {}

  next(): number {
    const whole = Math.min(this.mostMs, this.firstMs * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 16);
    return whole / 2 + (whole / 2) * this.random();
  }

  reset(): void {
    this.failures = 0;
  }
}
