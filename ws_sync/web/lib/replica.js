/**
 * A client's replica of one document, with the edits that are not sent yet. No I/O, no clock.
 *
 * - `shared` is what both sides hold after everything has arrived: the last `_SET` and every patch after it, also those
 *   that were sent.
 * - `value` is what the user sees: `shared` with the edits that are not sent yet.
 * - `versions` are the states that the server may have: one for each unconfirmed send. The first is the state that the
 *   server certainly has, the others are the states after each send. The last one is `shared`.
 *
 * A patch is the difference from `shared` when it is sent, so it always fits the latest known state of the server
 * (state-client-patch). The server changes the state below an edit in three ways:
 *
 * - A `_SET` replaces `shared`. Edits that are not sent are merged into it. An edit that was sent is gone if it is not
 *   in the state, because the server has decided; but not if it was sent after the request that the `_SET` answers.
 * - The first `_SET` of a new connection may lack edits that were lost with the last connection. It is compared with the
 *   versions to find out how many sends have arrived. The edits of the other sends are sent again, unless others have
 *   written to their places.
 * - A `_PATCH` changes `shared` and every version, and edits that are not sent are merged into the result.
 *
 * `three-way-merge.js` has the rule for merging. The Python client has the same replica, and `docs/clients.md` describes
 * it for users.
 */

import { diff } from "./diff.js";
import { MAX_DEPTH, depthOf, equal, isObject, toJson } from "./json.js";
import { apply } from "./patch.js";
import { Refused } from "./pointer.js";
import { merge } from "./three-way-merge.js";

/** @typedef {import("./json.js").Json} Json */
/** @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {import("./patch.js").Operation} Operation */
/** @typedef {{sent: number, state: JsonObject}} Version the state after this number of sends */

/** The maximum nesting of a state: the frame around a state must be within the limit as well. */
const MAX_STATE_DEPTH = MAX_DEPTH - 4;

/** The maximum number of versions. If more sends are unconfirmed, some share a version. */
const MAX_VERSIONS = 64;

export class Replica {
  /** @type {JsonObject} */ #value;
  /** @type {JsonObject} */ #shared;
  #sent = 0;
  /** @type {Version[]} */ #versions;

  /** @param {JsonObject} initial the value until the server's state arrives */
  constructor(initial) {
    this.#value = this.#shared = stateOf(initial);
    this.#versions = [{ sent: 0, state: this.#shared }];
  }

  get value() {
    return this.#value;
  }

  /** Whether there are edits that are not sent. */
  get isPending() {
    return !equal(this.#shared, this.#value);
  }

  /** Whether there are edits that were sent and may be lost with the connection. */
  get isUnconfirmed() {
    return this.#versions.length > 1;
  }

  /** The states that the server may have, the confirmed one first. @returns {JsonObject[]} */
  get versions() {
    return this.#versions.map(({ state }) => state);
  }

  /**
   * Continues with the versions and the value of an earlier replica, and merges the edits made since into the value.
   * @param {{versions: JsonObject[], value: JsonObject}} earlier
   */
  restore({ versions, value }) {
    this.#value = merge(this.#shared, this.#value, stateOf(value), true);
    this.#versions = versions.map((state, index) => ({ sent: index, state: stateOf(state) }));
    this.#sent = versions.length - 1;
    this.#shared = this.#versions[this.#sent].state;
  }

  /** The number of sends so far: the mark that `confirm` and `applyState` take. */
  get mark() {
    return this.#sent;
  }

  /**
   * Takes an edit of the application.
   * @param {JsonObject} next
   * @returns {boolean} whether it changes anything
   * @throws {TypeError | RangeError} if it is not an object, or not JSON
   */
  edit(next) {
    const value = stateOf(next);
    if (equal(value, this.#value)) return false;
    this.#value = value;
    return true;
  }

  /** Returns the patch of all pending edits, which count as sent. It is empty if there are none. @returns {Operation[]} */
  takePatch() {
    const patch = diff(this.#shared, this.#value);
    if (patch.length > 0) this.#addVersion();
    return patch;
  }

  /** Returns the whole state, which counts as sent. @returns {JsonObject} */
  takeState() {
    this.#addVersion();
    return this.#value;
  }

  #addVersion() {
    this.#shared = this.#value;
    this.#sent += 1;
    this.#versions.push({ sent: this.#sent, state: this.#value });
    if (this.#versions.length > MAX_VERSIONS) this.#versions.splice(1, 1);
  }

  /** Records that the server has everything that was sent before a mark. @param {number} mark */
  confirm(mark) {
    while (this.#versions.length > 1 && this.#versions[1].sent <= mark) this.#versions.shift();
  }

  /**
   * Takes a `_SET` (state-set-replaces).
   * @param {JsonObject} data
   * @param {boolean} isFirst whether it is the first of its connection
   * @param {number} [since] the mark of the request that it answers: later edits are in flight
   * @returns {boolean} whether edits that were lost with the last connection must be sent again
   */
  applyState(data, isFirst, since = this.#sent) {
    const state = equal(data, this.#shared) ? this.#shared : data; // a state that did not change is the same object
    const base = isFirst ? this.#arrived(state) : this.#at(since);
    const below = merge(base, this.#shared, state, !isFirst);
    const value = merge(this.#shared, this.#value, below, true);
    if (!equal(value, this.#value)) this.#value = value;
    const inFlight = !isFirst && since < this.#sent;
    this.#shared = inFlight ? below : state;
    this.#versions = [{ sent: inFlight ? since : this.#sent, state }];
    if (inFlight) this.#versions.push({ sent: this.#sent, state: below });
    return isFirst && !equal(below, state);
  }

  /**
   * Applies a `_PATCH`.
   * @param {Json} patch
   * @throws {Refused} if it can't be applied; nothing has changed (patch-atomic)
   */
  applyPatch(patch) {
    const next = /** @type {JsonObject} */ (apply(this.#shared, patch));
    if (!isObject(next)) throw new Refused("the result of a patch must be an object");
    if (depthOf(next) > MAX_STATE_DEPTH) throw new Refused("the document would be nested too deeply");
    this.#value = merge(this.#shared, this.#value, next, true);
    this.#followVersions(patch);
    this.#versions.push({ sent: this.#sent, state: next });
    this.#shared = next;
  }

  /**
   * Applies a patch of the server to the earlier versions. A patch that does not apply to a version proves that a later
   * send has arrived.
   * @param {Json} patch
   */
  #followVersions(patch) {
    /** @type {Version[]} */ let followed = [];
    for (const { sent, state } of this.#versions.slice(0, -1)) {
      try {
        const next = apply(state, patch);
        if (isObject(next)) followed.push({ sent, state: next });
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        followed = [];
      }
    }
    this.#versions = followed;
  }

  /** Returns the version after the sends before a mark. @param {number} mark */
  #at(mark) {
    return (this.#versions.findLast(({ sent }) => sent <= mark) ?? this.#versions[0]).state;
  }

  /**
   * Returns the version with the sends that have arrived, as far as a state shows it. If the state contradicts all
   * versions, it is the confirmed one.
   * @param {JsonObject} state
   */
  #arrived(state) {
    const states = this.#versions.map((version) => version.state);
    // All agreeing versions have the same values at the places that decided. Of the other places, which others have
    // written to, the earliest version loses the fewest edits.
    return states[agreeing(states, state)?.[0] ?? 0];
  }
}

/**
 * Returns the indices of the versions that agree with a value at the places that sends changed. A place that agrees with
 * no version does not count, because others have written to it.
 * @param {(Json | undefined)[]} versions
 * @param {Json | undefined} value undefined stands for a member that does not exist
 * @returns {number[] | null} null if no place counts; empty if two places contradict each other
 */
function agreeing(versions, value) {
  const equals = new Set([...new Set(versions)].filter((version) => equal(version, value))); // most are the same object
  const same = [...versions.keys()].filter((index) => equals.has(versions[index]));
  if (same.length > 0) return same.length < versions.length ? same : null;
  if (!isObject(value) || !versions.every(isObject)) return null;
  /** @param {any} object @param {string} name */
  const member = (object, name) => (Object.hasOwn(object, name) ? object[name] : undefined);
  const names = new Set(versions.flatMap((version) => Object.keys(/** @type {any} */ (version))));
  const found = [...names]
    .map((name) => agreeing(versions.map((version) => member(version, name)), member(value, name)))
    .filter((indices) => indices !== null);
  if (found.length === 0) return null;
  return found.reduce((all, indices) => all.filter((index) => indices.includes(index)));
}

/** @param {any} value @returns {JsonObject} */
function stateOf(value) {
  const made = toJson(value);
  if (!isObject(made)) throw new TypeError("the state of a document must be an object");
  if (depthOf(made) > MAX_STATE_DEPTH) throw new RangeError("the document would be nested too deeply");
  return made;
}
