/**
 * Keeps the edits that a reload would lose: those that are not sent yet, and those that are not confirmed.
 *
 * Each document has an entry with the versions of its replica and its value. The entry belongs to the session id of the
 * tab, so that two tabs never send the same edits. It is removed when all edits are confirmed, and dropped when it is
 * too old, or when an attribute of the document no longer exists in the application or at the server.
 */

import { claimedSession } from "./identity.js";
import { isObject, parse } from "./json.js";
import { report } from "./signal.js";

/** @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {{versions: JsonObject[], value: JsonObject, isWanted: boolean}} Entry */
/** @typedef {{get: (name: string) => string | null | undefined, set: (name: string, text: string | null) => void}} Store */

/** The maximum number of characters of an entry. Larger ones are not kept. */
export const MAX_SIZE = 1_000_000;

/** Milliseconds after which an entry is dropped. */
const MAX_AGE = 7 * 24 * 3600 * 1000;

export class KeptEdits {
  #store;
  #url;
  /** The prefix of the names of entries, when the session id of this tab is claimed. @type {string | null} */
  #prefix = null;

  /** @param {any} store a Storage or a Store @param {string} url the URL of the server */
  constructor(store, url) {
    this.#store = storeOf(store);
    this.#url = url;
  }

  get isReady() {
    return this.#prefix !== null;
  }

  /** Claims the session id of this tab. The other methods may be called after that. */
  async claim() {
    this.#prefix = `ws-sync:edits:${await claimedSession(this.#url)}:${this.#url}:`;
  }

  /** @param {string} key @param {JsonObject} initial @returns {Entry | null} null if there is none that fits */
  load(key, initial) {
    try {
      const text = this.#store.get(this.#prefix + key);
      if (!text) return null;
      const { at, versions, value, isWanted } = /** @type {any} */ (parse(text));
      const isWhole = Array.isArray(versions) && versions.length > 0 && [...versions, value].every(isObject);
      const fits = isWhole && Object.keys(initial).every((name) => Object.hasOwn(value, name));
      if (fits && Date.now() - at < MAX_AGE) return { versions, value, isWanted: isWanted === true };
      this.#store.set(this.#prefix + key, null);
    } catch (error) {
      report(error);
    }
    return null;
  }

  /** @param {string} key @param {Entry | null} entry null removes the entry */
  save(key, entry) {
    if (!this.isReady) return;
    try {
      this.#store.set(this.#prefix + key, entry === null ? null : textOf(entry));
    } catch (error) {
      report(error); // the storage is full, or not allowed
    }
  }
}

/** Returns the text of an entry, if it has to be with fewer versions; null if it is too large. @param {Entry} entry */
function textOf({ versions, value, isWanted }) {
  for (const kept of [versions, [versions[0], versions[versions.length - 1]]]) {
    const text = JSON.stringify({ at: Date.now(), versions: kept, value, isWanted });
    if (text.length <= MAX_SIZE) return text;
  }
  return null;
}

/** @param {any} store @returns {Store} */
function storeOf(store) {
  if (typeof store?.getItem === "function") {
    return {
      get: (name) => store.getItem(name),
      set: (name, text) => (text === null ? store.removeItem(name) : store.setItem(name, text)),
    };
  }
  if (typeof store?.get === "function" && typeof store.set === "function") return store;
  throw new TypeError("the option persist must be a Storage, or an object with get(name) and set(name, text)");
}
