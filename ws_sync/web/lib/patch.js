/**
 * JSON Patch (RFC 6902), applied without changing the document that it is applied to.
 *
 * A container is copied when it is first written to, and so are those around it; all else is shared. So a patch that
 * fails half-way has changed nothing (patch-atomic), and what is the same object before and after was not touched.
 */

import { equal, isObject, isSealed, put, seal, sizeOf, thaw, toJson } from "./json.js";
import { Refused, find, index, step, tokens } from "./pointer.js";

/** @typedef {import("./json.js").Json} Json */
/** @typedef {{op: string, path: string, from?: string, value?: Json}} Operation */

/**
 * What all `copy` operations of a patch may always add, in about the characters of JSON text; they may add more as long as it
 * is not more than twice what was there. A copy shares what it was made of, so a short patch makes a text without end.
 */
const MAX_GROWTH = 1_000_000;

/** What a document may have at most, in these characters, when a patch copies. */
const MAX_GROWN = 1 << 26;

/** At most this many elements may be shifted in arrays by all operations of a patch: about a second's work. */
const MAX_SHIFTED = 1_000_000_000;

/** The members that each operation has beside `op` (patch-operations, patch-malformed). */
const MEMBERS = new Map([
  ["add", ["path", "value"]],
  ["remove", ["path"]],
  ["replace", ["path", "value"]],
  ["move", ["from", "path"]],
  ["copy", ["from", "path"]],
  ["test", ["path", "value"]],
]);

/**
 * Whether data is a patch, whatever it is applied to.
 * @param {any} patch
 * @returns {asserts patch is Operation[]}
 * @throws {Refused} it is none
 */
export function check(patch) {
  if (!Array.isArray(patch)) throw new Refused("a patch is an array"); // patch-malformed
  for (const operation of patch) {
    const members =
      isObject(operation) && Object.hasOwn(operation, "op")
        ? MEMBERS.get(/** @type {any} */ (operation.op))
        : undefined;
    if (!members) throw new Refused("no operation of RFC 6902");
    for (const name of members) {
      if (!Object.hasOwn(operation, name)) throw new Refused(`an operation ${operation.op} without ${name}`);
      if (name !== "value") tokens(operation[name]);
    }
  }
}

/**
 * The document that a patch makes of another one, which stays as it is.
 * @param {Json} document
 * @param {Json} patch
 * @returns {Json}
 * @throws {Refused} the patch is none, or one of its operations can't be carried out
 */
export function apply(document, patch) {
  check(patch);
  const draft = new Draft(toJson(document));
  try {
    for (const operation of patch) draft.carryOut(operation); // patch-sequence
    return draft.finish();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new Refused(error.message); // it is not JSON, or too deep
    throw error;
  }
}

class Draft {
  /** The containers that were copied, and may be written to. @type {Set<any>} */
  #own = new Set();
  /** @type {any} */
  #document;
  #size;
  #growth = 0;
  #shifted = 0;

  /** @param {Json} document */
  constructor(document) {
    this.#document = document;
    this.#size = sizeOf(document);
  }

  /** @param {Operation} operation whose other members mean nothing (patch-extra-members) */
  carryOut(operation) {
    const path = tokens(operation.path);
    const origin = () => tokens(operation.from);
    switch (operation.op) {
      case "add":
        return this.#insert(path, toJson(operation.value));
      case "remove":
        return this.#take(path);
      case "replace":
        return this.#replace(path, toJson(operation.value));
      case "copy":
        return this.#insert(path, this.#grow(this.#settle(find(this.#document, origin()))));
      case "move":
        return this.#move(path, origin());
      default:
        if (!equal(find(this.#document, path), operation.value)) throw new Refused("a test fails"); // patch-test
    }
  }

  finish() {
    return this.#settle(this.#document);
  }

  /** @param {string[]} path @param {string[]} origin */
  #move(path, origin) {
    const inside = path.length > origin.length && origin.every((token, at) => token === path[at]);
    if (inside) throw new Refused("a value can't be moved into itself"); // patch-move-into-itself
    if (path.length === origin.length && origin.every((token, at) => token === path[at])) find(this.#document, origin);
    else this.#insert(path, this.#take(origin));
  }

  /** @param {string[]} path @param {Json} value */
  #insert(path, value) {
    if (path.length === 0) return (this.#document = value);
    const token = path[path.length - 1];
    const container = this.#open(path);
    if (!Array.isArray(container)) put(container, token, value);
    else if (token === "-")
      container.push(value); // patch-append
    else container.splice(this.#shift(index(token, container.length + 1), container), 0, value);
  }

  /** @param {string[]} path @param {Json} value */
  #replace(path, value) {
    if (path.length === 0) return (this.#document = value);
    const token = path[path.length - 1];
    const container = this.#open(path);
    step(container, token);
    put(container, token, value);
  }

  /** @param {string[]} path @returns {Json} what was there */
  #take(path) {
    if (path.length === 0) throw new Refused("the whole document can't be removed");
    const token = path[path.length - 1];
    const container = this.#open(path);
    const value = step(container, token);
    if (Array.isArray(container)) container.splice(this.#shift(Number(token), container), 1);
    else delete container[token];
    return value;
  }

  /** The container of the place to which a path leads, ready to be written to. @param {string[]} path */
  #open(path) {
    let container = (this.#document = this.#writable(this.#document));
    for (const token of path.slice(0, -1)) {
      const part = this.#writable(step(container, token));
      put(container, token, part);
      container = part;
    }
    return container;
  }

  /** @param {any} value */
  #writable(value) {
    if (this.#own.has(value)) return value;
    if (!Array.isArray(value) && !isObject(value))
      throw new Refused("the path leads through a value that has no parts");
    const copy = Array.isArray(value) ? [...value] : thaw(value);
    this.#own.add(copy);
    return copy;
  }

  /** Counts what a copy adds. @param {Json} value @returns {Json} the same */
  #grow(value) {
    this.#growth += sizeOf(value);
    if (this.#growth > Math.max(MAX_GROWTH, 2 * this.#size) || this.#growth + this.#size > MAX_GROWN)
      throw new Refused("the patch copies too much"); // patch-growth
    return value;
  }

  /** Counts the elements behind an index. @param {number} at @param {any[]} container @returns {number} the index */
  #shift(at, container) {
    this.#shifted += container.length - at;
    if (this.#shifted > MAX_SHIFTED) throw new Refused(`the patch shifts more than ${MAX_SHIFTED} elements of arrays`);
    return at;
  }

  /** Freezes what was copied within a value; later operations copy it again. @param {any} value @returns {any} */
  #settle(value) {
    if (typeof value !== "object" || value === null || isSealed(value)) return value;
    this.#own.delete(value);
    for (const part of Object.values(value)) this.#settle(part);
    return seal(value);
  }
}
