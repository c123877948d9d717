/**
 * A client's copy of one document: what the user sees, what was sent, and what the server surely has. No I/O, no clock.
 *
 * - `value` is what the user sees, all edits included;
 * - `shared` is what both sides hold when all frames have arrived: the last `_SET`, and every patch since, received and sent;
 *   `value` differs from it by edits that were not sent yet;
 * - `confirmed` is what the server surely had; `shared` differs from it by edits that may be lost with the connection.
 *
 * A patch is the difference from `shared` in the moment in which it is sent, so it always fits the latest state of the
 * server that is known here (state-client-patch). When the server's state changes below an edit:
 *
 * - A `_SET` replaces what is shared. An edit that was not sent is put on top of it; on the same connection, one that was
 *   sent is gone if it is not in there, since the server has decided.
 * - The first `_SET` of a new connection may lack edits that were on their way when the last one broke. They are made
 *   again in places where the server still has just what it had before them; elsewhere they have arrived, or others have
 *   written since.
 * - A `_PATCH` changes what is shared, and an edit that was not sent is put on top of that.
 *
 * `three-way-merge.js` says what "on top" is; `docs/clients.md` tells all this to users.
 */

import { diff } from "./diff.js";
import { MAX_DEPTH, depthOf, equal, isObject, toJson } from "./json.js";
import { merge } from "./three-way-merge.js";
import { apply } from "./patch.js";
import { Refused } from "./pointer.js";

/** @typedef {import("./json.js").Json} Json */
/** @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {import("./patch.js").Operation} Operation */

/** Deeper states are refused: what is around one in a frame has to be within the limit as well. */
const MAX_STATE_DEPTH = MAX_DEPTH - 4;

export class Replica {
  /** @type {JsonObject} */ #value;
  /** @type {JsonObject} */ #shared;
  /** @type {JsonObject} */ #confirmed;

  /** @param {JsonObject} initial what is seen until the server's state arrives */
  constructor(initial) {
    this.#value = this.#shared = this.#confirmed = objectOf(initial);
  }

  get value() {
    return this.#value;
  }

  /** Whether there are edits that were not sent. */
  get isPending() {
    return !equal(this.#shared, this.#value);
  }

  /** Whether there are edits that were sent, and may be lost with the connection. */
  get isUnconfirmed() {
    return this.#shared !== this.#confirmed;
  }

  /**
   * Takes over an edit of the application.
   * @param {JsonObject} next
   * @returns {boolean} whether it changes anything
   * @throws {TypeError | RangeError} it is not an object, or not JSON
   */
  edit(next) {
    const state = objectOf(next);
    if (equal(state, this.#value)) return false;
    this.#value = state;
    return true;
  }

  /** The patch of all pending edits, which count as sent from now on; empty if there are none. @returns {Operation[]} */
  takePatch() {
    const patch = diff(this.#shared, this.#value);
    this.#shared = this.#value;
    return patch;
  }

  /** The whole state, which counts as sent from now on. @returns {JsonObject} */
  takeState() {
    this.#shared = this.#value;
    return this.#value;
  }

  /** Notes that all that was sent has arrived. */
  confirm() {
    this.#confirmed = this.#shared;
  }

  /**
   * Takes over a `_SET` (state-set-replaces).
   * @param {JsonObject} data
   * @param {boolean} isFirst whether it is the first of its connection
   * @returns {boolean} whether edits that were lost with the last connection are to be sent again
   */
  applyState(data, isFirst) {
    const below = isFirst ? merge(this.#confirmed, this.#shared, data, false) : data;
    this.#value = merge(this.#shared, this.#value, below, true);
    this.#shared = this.#confirmed = data;
    return !equal(below, data);
  }

  /**
   * Applies a `_PATCH`.
   * @param {Json} patch
   * @throws {Refused} it can't be applied; nothing has changed (patch-atomic)
   */
  applyPatch(patch) {
    const shared = this.#shared;
    const next = /** @type {JsonObject} */ (apply(shared, patch));
    if (!isObject(next)) throw new Refused("a document is an object");
    if (depthOf(next) > MAX_STATE_DEPTH) throw new Refused("the document would be nested too deep");
    // What the server surely had becomes what its change makes of that.
    this.#confirmed = this.#confirmed === shared ? next : merge(shared, next, this.#confirmed, true);
    this.#value = merge(shared, this.#value, next, true);
    this.#shared = next;
  }
}

/** @param {any} value @returns {JsonObject} */
function objectOf(value) {
  const made = toJson(value);
  if (!isObject(made)) throw new TypeError("the state of a document is an object");
  if (depthOf(made) > MAX_STATE_DEPTH) throw new RangeError("the document would be nested too deep");
  return made;
}
