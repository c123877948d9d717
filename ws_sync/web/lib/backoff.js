/** How long to wait before the next attempt to connect (session-backoff). */

export class Backoff {
  #failures = 0;
  #options;

  /** @param {{first: number, most: number, random?: () => number}} options milliseconds; a source of numbers from 0 to 1 */
  constructor({ first, most, random = Math.random }) {
    this.#options = { first, most, random };
  }

  /** How many attempts have failed since the last success. */
  get failures() {
    return this.#failures;
  }

  /**
   * Counts a failure. Each wait is at least as long as the longest possible one before, up to `most`, of which a wait is
   * at least half: clients that were lost together come back apart.
   * @returns {number} milliseconds
   */
  next() {
    const { first, most, random } = this.#options;
    const longest = Math.min(most, first * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return (longest * (1 + random())) / 2;
  }

  /** Starts again after a success. */
  reset() {
    this.#failures = 0;
  }
}
