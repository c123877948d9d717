/** Listeners, called in the order of registration. An exception in one does not affect the others. */

/** Reports an error of the application to the console or the global error handler. @param {unknown} error */
export function report(error) {
  if (typeof globalThis.reportError === "function") globalThis.reportError(error);
  else console.error(error);
}

/**
 * Calls a callback of the application. Its exception or rejection is reported and not raised (actions-error).
 * @param {(...given: any[]) => unknown} callback
 * @param {any[]} given
 */
export function callSafely(callback, ...given) {
  try {
    const result = callback(...given);
    if (result instanceof Promise) result.catch(report);
  } catch (error) {
    report(error);
  }
}

/** @template T */
export class Signal {
  /** @type {Set<{listener: (value: T) => unknown}>} */
  #listeners = new Set();

  get size() {
    return this.#listeners.size;
  }

  /** @param {(value: T) => unknown} listener @returns {() => void} removes the listener */
  add(listener) {
    const entry = { listener }; // the same function may listen twice
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  /** @param {T} value */
  emit(value) {
    for (const { listener } of [...this.#listeners]) callSafely(listener, value);
  }
}
