/**
 * Applies JSON Patches (RFC 6902) without changing the original document.
 *
 * A container is copied before it is first written to, and so are the containers around it. The rest is shared. So a
 * patch that fails half-way has changed nothing (patch-atomic), and parts without a change stay the same object.
 */

import { depthOf, equal, isObject, isSealed, put, sealAs, sizeOf, sizeOfName, thaw, toJson } from "./json.js";
import { Refused, find, index, step, tokens } from "./pointer.js";

/** @typedef {import("./json.js").Json} Json */
/** @typedef {{op: string, path: string, from?: string, value?: Json}} Operation */

/**
 * Limit of what the `copy` operations of a patch may add, in approximate characters of JSON text. Twice the size of the
 * document is allowed as well, if that is more. Copies share memory, so a short patch can create an enormous document.
 */
const MAX_GROWTH = 1_000_000;

/** The maximum size of a document that a patch with `copy` operations creates, in the same unit. */
const MAX_GROWN = 1 << 26;

/** The maximum number of array elements that one patch may shift: about one second of work. */
const MAX_SHIFTED = 1_000_000_000;

/** The members that each operation must have besides `op` (patch-operations, patch-malformed). */
const MEMBERS = new Map([
  ["add", ["path", "value"]],
  ["remove", ["path"]],
  ["replace", ["path", "value"]],
  ["move", ["from", "path"]],
  ["copy", ["from", "path"]],
  ["test", ["path", "value"]],
]);

/**
 * Checks that data is a patch, independent of a document.
 * @param {any} patch
 * @returns {asserts patch is Operation[]}
 * @throws {Refused} if it is not a patch
 */
export function check(patch) {
  if (!Array.isArray(patch)) throw new Refused("a patch must be an array"); // patch-malformed
  for (const operation of patch) {
    const members =
      isObject(operation) && Object.hasOwn(operation, "op")
        ? MEMBERS.get(/** @type {any} */ (operation.op))
        : undefined;
    if (!members) throw new Refused(`not an operation of RFC 6902: ${JSON.stringify(operation)?.slice(0, 100)}`);
    for (const name of members) {
      if (!Object.hasOwn(operation, name)) throw new Refused(`the operation ${JSON.stringify(operation.op)} lacks the member ${JSON.stringify(name)}`);
      if (name !== "value") tokens(operation[name]);
    }
  }
}

/**
 * Returns the document after a patch. The original is not changed.
 * @param {Json} document
 * @param {Json} patch
 * @returns {Json}
 * @throws {Refused} if it is not a patch, or an operation can't be applied
 */
export function apply(document, patch) {
  check(patch);
  const draft = new Draft(toJson(document));
  try {
    for (const operation of patch) draft.apply(operation); // patch-sequence
    return draft.finish();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new Refused(error.message); // the value is not JSON, or nested too deeply
    throw error;
  }
}

/**
 * A copied container, which may be written to. It counts its parts as they come and go: freezing a container of 10,000
 * parts would take 500 µs if each part was looked up, and takes 20 µs.
 */
class Copy {
  /** The parts that were copies when they were put in. Their sizes are added at the end. @type {Set<any>} */
  #copies = new Set();
  #size;
  /** The nesting; an upper bound if the deepest part was removed. */
  #depth;

  /** @param {any} original a value of `json.js` */
  constructor(original) {
    /** @type {any} */
    this.container = Array.isArray(original) ? [...original] : thaw(original); // V8's slice is 100 times slower if the array is frozen
    this.#size = sizeOf(original);
    this.#depth = depthOf(original);
  }

  /** Puts a part in the place of another one, or in a new place of an object. @param {string} token @param {any} part */
  put(token, part) {
    if (Array.isArray(this.container) || Object.hasOwn(this.container, token)) this.#remove(this.container[token]);
    else this.#size += sizeOfName(token);
    this.#add(part);
    put(this.container, token, part);
  }

  /** Inserts an element into an array. @param {number} at @param {any} part */
  insert(at, part) {
    this.#add(part);
    if (at === this.container.length) this.container.push(part);
    else this.container.splice(at, 0, part);
  }

  /** Deletes a part that exists. @param {string} token */
  delete(token) {
    this.#remove(this.container[token]);
    if (Array.isArray(this.container)) this.container.splice(Number(token), 1);
    else {
      this.#size -= sizeOfName(token);
      delete this.container[token];
    }
  }

  /** @param {any} part */
  #add(part) {
    if (typeof part === "object" && part !== null && !isSealed(part)) this.#copies.add(part);
    else {
      this.#size += sizeOf(part);
      this.#depth = Math.max(this.#depth, depthOf(part) + 1);
    }
  }

  /** @param {any} part */
  #remove(part) {
    if (!this.#copies.delete(part)) this.#size -= sizeOf(part);
  }

  /** Freezes the container. @param {(part: any) => void} settle freezes a part that is a copy */
  seal(settle) {
    let size = this.#size;
    let depth = this.#depth;
    for (const part of this.#copies) {
      settle(part);
      size += sizeOf(part);
      depth = Math.max(depth, depthOf(part) + 1);
    }
    sealAs(this.container, nesting(this.container, depth), size);
  }
}

/** Returns the nesting of a container. @param {any} container @param {number} most an upper bound */
function nesting(container, most) {
  let depth = 1;
  for (const part of Array.isArray(container) ? container : Object.values(container)) {
    if (depth === most) break;
    depth = Math.max(depth, depthOf(part) + 1);
  }
  return depth;
}

class Draft {
  /** The copies, by their containers. @type {Map<any, Copy>} */
  #own = new Map();
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

  /** @param {Operation} operation other members are ignored (patch-extra-members) */
  apply(operation) {
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
        if (!equal(find(this.#document, path), operation.value)) throw new Refused(`the test of ${JSON.stringify(operation.path)} failed`); // patch-test
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
    const copy = this.#open(path);
    const { container } = copy;
    if (!Array.isArray(container)) copy.put(token, value);
    else copy.insert(token === "-" ? container.length : this.#shift(index(token, container.length + 1), container), value); // patch-append
  }

  /** @param {string[]} path @param {Json} value */
  #replace(path, value) {
    if (path.length === 0) return (this.#document = value);
    const token = path[path.length - 1];
    const copy = this.#open(path);
    step(copy.container, token);
    copy.put(token, value);
  }

  /** @param {string[]} path @returns {Json} the removed value */
  #take(path) {
    if (path.length === 0) throw new Refused("the whole document can't be removed");
    const token = path[path.length - 1];
    const copy = this.#open(path);
    const value = step(copy.container, token);
    if (Array.isArray(copy.container)) this.#shift(Number(token), copy.container);
    copy.delete(token);
    return value;
  }

  /** Returns the container of a path's target, ready to be written to. @param {string[]} path */
  #open(path) {
    let copy = this.#writable(this.#document);
    this.#document = copy.container;
    for (const token of path.slice(0, -1)) {
      const part = step(copy.container, token);
      const inner = this.#writable(part);
      if (inner.container !== part) copy.put(token, inner.container);
      copy = inner;
    }
    return copy;
  }

  /** @param {any} value */
  #writable(value) {
    const copy = this.#own.get(value);
    if (copy !== undefined) return copy;
    if (!Array.isArray(value) && !isObject(value))
      throw new Refused("the path goes through a value that is not an object or array");
    const made = new Copy(value);
    this.#own.set(made.container, made);
    return made;
  }

  /** Counts the size of a copied value. @param {Json} value @returns {Json} the same value */
  #grow(value) {
    this.#growth += sizeOf(value);
    if (this.#growth > Math.max(MAX_GROWTH, 2 * this.#size) || this.#growth + this.#size > MAX_GROWN)
      throw new Refused("the patch copies too much"); // patch-growth
    return value;
  }

  /** Counts the elements after an index. @param {number} at @param {any[]} container @returns {number} the index */
  #shift(at, container) {
    this.#shifted += container.length - at;
    if (this.#shifted > MAX_SHIFTED) throw new Refused(`the patch shifts more than ${MAX_SHIFTED} array elements`);
    return at;
  }

  /** Freezes the copied containers in a value. Later operations copy them again. @param {any} value @returns {any} */
  #settle(value) {
    const copy = this.#own.get(value);
    if (copy !== undefined) {
      this.#own.delete(value);
      copy.seal((part) => this.#settle(part));
    }
    return value;
  }
}
