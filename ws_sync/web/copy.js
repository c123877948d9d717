/**
 * A client's copy of one document: what the user sees, what was sent, and what the server surely has. No I/O, no clock.
 *
 * Three states:
 *
 * - `state`: what the application sees, all local edits included;
 * - `held`: what the server holds once it has handled all that was sent; `state` differs from it by what is *pending*;
 * - `confirmed`: what it surely holds; `held` differs from it by edits that were sent and may be lost with the connection.
 *
 * A patch is made of the difference from `held` at the moment in which it is sent, so it always fits the server's latest
 * state that is known here: nothing that was made for an older one is ever sent. What happens to edits when the server's
 * state changes below them is up to `merge`:
 *
 * | the server's | pending edits | edits that were sent |
 * |---|---|---|
 * | `_PATCH` | merged with it; the edit wins | are in `held`, to which the patch is applied |
 * | `_SET`, on the connection on which they were sent | merged with it; the edit wins | the server has decided: replaced, but those sent after the `_GET` that it answers |
 * | first `_SET` of a new connection | merged with it; the edit wins | made again where the server still has the value from before them, or dropped |
 */

import { diff } from "./diff.js";
import { equal, isObject, toJson } from "./json.js";
import { merge } from "./merge.js";
import { apply } from "./patch.js";
import { Refused } from "./pointer.js";

/** @typedef {import("./json.js").Json} Json */
/** @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {import("./patch.js").Operation} Operation */

export class Copy {
  /** @type {JsonObject} */ #state;
  /** @type {JsonObject} */ #held;
  /** @type {JsonObject} */ #confirmed;
  /** What was held when the server was asked for its state; null when it was not. @type {JsonObject | null} */
  #asked = null;
  /** Attributes whose pending value the server was told, and may have taken or not. @type {Set<string>} */
  #told = new Set();

  /** @param {JsonObject} initial what is seen until the server's state arrives */
  constructor(initial) {
    this.#state = this.#held = this.#confirmed = objectOf(initial);
  }

  get state() {
    return this.#state;
  }

  /** Whether there are edits that were not sent. */
  get isPending() {
    return this.#told.size > 0 || !equal(this.#held, this.#state);
  }

  /** Whether there are edits that were sent, and may be lost with the connection. */
  get isUnconfirmed() {
    return this.#held !== this.#confirmed;
  }

  /**
   * Takes over an edit of the application.
   * @param {JsonObject} next
   * @returns {boolean} whether it changes anything
   * @throws {TypeError | RangeError} it is no object, or not JSON
   */
  edit(next) {
    const state = objectOf(next);
    if (equal(state, this.#state)) return false;
    this.#state = state;
    return true;
  }

  /** The patch of all pending edits, which count as sent from now on; empty if there are none. @returns {Operation[]} */
  take() {
    const patch = diff(this.#held, this.#state, (name) => this.#told.has(name));
    this.#sent();
    return patch;
  }

  /** The whole state, which counts as sent from now on. @returns {JsonObject} */
  takeAll() {
    this.#sent();
    return this.#state;
  }

  /**
   * The state as the answer to `_GET`.
   *
   * It is a write like any other; or the server only wanted to know. So what is pending in it stays so: it is sent as
   * whole attributes, which fit in either case, and a new state that has it already does not get it twice.
   * @returns {JsonObject}
   */
  answer() {
    for (const name of Object.keys(this.#state)) {
      if (!Object.hasOwn(this.#held, name) || !equal(this.#held[name], this.#state[name])) this.#told.add(name);
    }
    return this.#state;
  }

  /** Notes that the server was asked for its state: what is sent from now on is not in the answer. */
  ask() {
    this.#asked = this.#held;
  }

  /** Notes that all that was sent has arrived. */
  confirm() {
    this.#confirmed = this.#held;
  }

  /** Notes that the connection is gone. */
  lose() {
    this.#asked = null;
  }

  /**
   * Takes over a `_SET` (state-set-replaces).
   * @param {JsonObject} data
   * @param {boolean} isFirst whether it is the first of its connection
   * @returns {boolean} whether edits that were lost with the last connection are pending again
   */
  replace(data, isFirst) {
    const [held, asked, confirmed] = [this.#held, this.#asked, this.#confirmed];
    this.#asked = null;
    this.#confirmed = this.#held = data;
    let below = data; // what the pending edits are put on
    if (isFirst) below = merge(confirmed, held, data, false);
    else if (asked !== null) below = this.#held = merge(asked, held, data, true);
    this.#state = this.#merged(held, below);
    this.#told.clear();
    return isFirst && !equal(below, data);
  }

  /**
   * Applies a `_PATCH`.
   * @param {Json} patch
   * @throws {Refused} it can't be applied; nothing has changed (patch-atomic)
   */
  patch(patch) {
    const held = this.#held;
    const next = /** @type {JsonObject} */ (apply(held, patch));
    if (!isObject(next)) throw new Refused("a document is an object");
    /** What a state becomes when the server makes its change to it. @param {JsonObject} other */
    const changed = (other) => (other === held ? next : merge(held, next, other, true));
    this.#confirmed = changed(this.#confirmed);
    this.#asked = this.#asked && changed(this.#asked);
    this.#state = this.#merged(held, next);
    this.#held = next;
  }

  #sent() {
    this.#held = this.#state;
    this.#told.clear();
  }

  /** The state with the pending edits, above what is held now. @param {JsonObject} before @param {JsonObject} now */
  #merged(before, now) {
    const merged = merge(before, this.#state, now, true);
    if (this.#told.size === 0) return merged;
    const seen = merge(before, this.#state, now, false);
    const names = Object.keys(merged).filter((name) => !this.#told.has(name) || Object.hasOwn(seen, name));
    return toJson(Object.fromEntries(names.map((name) => [name, (this.#told.has(name) ? seen : merged)[name]])));
  }
}

/** @param {any} value @returns {JsonObject} */
function objectOf(value) {
  const made = toJson(value);
  if (!isObject(made)) throw new TypeError("the state of a document is an object");
  return made;
}
