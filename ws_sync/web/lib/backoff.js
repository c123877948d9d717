/** The delay before the next attempt to connect (session-backoff). */

export class Backoff {
  #failures = 0;
  #options;

  /** @param {{first: number, most: number, random?: () => number}} options delays in milliseconds; `random` returns a number from 0 to 1 */
  constructor({ first, most, random = Math.random }) {
    this.#options = { first, most, random };
  }

  /** The number of failed attempts since the last success. */
  get failures() {
    return this.#failures;
  }

  /**
   * Counts a failure and returns the delay before the next attempt. The delay at most doubles each time, up to `most`.
   * Half of it is random, so that clients that were disconnected together do not reconnect together.
   * @returns {number} milliseconds
   */
  next() {
    const { first, most, random } = this.#options;
    const longest = Math.min(most, first * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return (longest * (1 + random())) / 2;
  }

  /** Resets the delay after a success. */
  reset() {
    this.#failures = 0;
  }
}
