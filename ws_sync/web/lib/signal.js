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

/** Signals by name. */
export class Signals {
  /** @type {Map<string, Signal<any>>} */ #signals;

  /** @param {string[]} names */
  constructor(...names) {
    this.#signals = new Map(names.map((name) => [name, new Signal()]));
  }

  /** @param {string} name @param {(value: any) => unknown} listener @returns {() => void} removes the listener */
  on(name, listener) {
    const signal = this.#signals.get(name);
    if (signal === undefined) throw new TypeError(`unknown signal ${JSON.stringify(name)} of a session`);
    return signal.add(listener);
  }

  /** @param {string} name @param {any} value */
  emit(name, value) {
    this.#signals.get(name)?.emit(value);
  }
}
