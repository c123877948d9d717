/** Listeners: called in the order in which they came; what one throws does not disturb the others. */

/** Tells of an error of the application where a developer sees it. @param {unknown} error */
export function tell(error) {
  if (typeof globalThis.reportError === "function") globalThis.reportError(error);
  else console.error(error);
}

/**
 * Calls something of the application's; what it throws, also later, is told and not passed on (actions-error).
 * @param {(...given: any[]) => unknown} callback
 * @param {any[]} given
 */
export function callSafely(callback, ...given) {
  try {
    const result = callback(...given);
    if (result instanceof Promise) result.catch(tell);
  } catch (error) {
    tell(error);
  }
}

/** @template T */
export class Signal {
  /** @type {Set<{listener: (value: T) => unknown}>} */
  #listeners = new Set();

  get size() {
    return this.#listeners.size;
  }

  /** @param {(value: T) => unknown} listener @returns {() => void} ends it */
  add(listener) {
    const entry = { listener }; // so that one function may listen twice
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  /** @param {T} value */
  emit(value) {
    for (const { listener } of [...this.#listeners]) callSafely(listener, value);
  }
}
