/** Timers that are cleared together. */

export class Timers {
  /** @type {Set<ReturnType<typeof setTimeout>>} */ #running = new Set();

  /** @param {number} milliseconds @param {() => void} act */
  after(milliseconds, act) {
    const timer = setTimeout(() => {
      this.#running.delete(timer);
      act();
    }, milliseconds);
    this.#running.add(timer);
  }

  clear() {
    for (const timer of this.#running) clearTimeout(timer);
    this.#running.clear();
  }
}
