/**
 * Patch: applies and creates JSON Patches, by the profile of patch.md.
 *
 * fast-json-patch applies them, but its validation is not enough. It adds at `/items/01` and `/items/` (as index 0),
 * copies or moves to an index after the end, copies from `/items/length`, removes a missing `toString`, and accepts
 * `/~x`. It refuses members called `__proto__` and fails at one called `hasOwnProperty`. So each operation is checked
 * here first and then reduced to `add`, `remove` and `replace`, which it applies correctly.
 */

import jsonpatch from "fast-json-patch";
import { MAX_DEPTH, Refused, copy, equal, isObject } from "./codec.mjs";

/** @typedef {import("./codec.mjs").Json} Json */
/** @typedef {{op: string, path: string, from?: string, value?: Json}} Operation */

/** patch-growth: one patch may copy this many characters, plus this many times the size of the document. */
const COPY_BASE = 65_536;
const COPY_FACTOR = 4;

/** The members that each operation must have besides `op` (patch-malformed). */
const REQUIRED = new Map([
  ["add", ["path", "value"]],
  ["remove", ["path"]],
  ["replace", ["path", "value"]],
  ["move", ["from", "path"]],
  ["copy", ["from", "path"]],
  ["test", ["path", "value"]],
]); // patch-operations

/**
 * Applies a patch to a copy of the document and returns the copy, or throws `Refused` (patch-atomic).
 * @param {Json} document
 * @param {Json} operations as received from the peer
 * @returns {Json}
 */
export function apply(document, operations) {
  checkShape(operations);
  let result = copy(document);
  let allowance = COPY_BASE + COPY_FACTOR * size(document);
  /** @param {"add" | "remove" | "replace"} op @param {string} path @param {Json} [value] */
  const perform = (op, path, value) => {
    // Without validation and in place; `__proto__` is an ordinary name in objects without a prototype.
    result = jsonpatch.applyOperation(result, { op, path, value }, false, true, false).newDocument;
  };
  for (const { op, path, from, value } of operations) { // patch-sequence; patch-extra-members: other members are not read
    if (op === "add") {
      place(result, path, true);
      perform("add", path, copy(value));
    } else if (op === "remove" || op === "replace") {
      place(result, path);
      perform(op, path, op === "replace" ? copy(value) : undefined);
    } else if (op === "test") {
      if (!equal(place(result, path), value)) throw new Refused("a test failed"); // patch-test
    } else if (op === "copy") {
      const original = place(result, from);
      allowance -= size(original);
      if (allowance < 0) throw new Refused("the patch copies too much"); // patch-growth
      place(result, path, true);
      perform("add", path, copy(original));
    } else {
      const moved = place(result, from);
      if (path === from) continue;
      if (path.startsWith(`${from}/`)) throw new Refused("a value can't be moved into itself"); // patch-move-into-itself
      perform("remove", from);
      place(result, path, true);
      perform("add", path, moved);
    }
  }
  try {
    return copy(result, MAX_DEPTH - 2); // several patches together must not nest deeper than a frame may
  } catch {
    throw new Refused("the result is nested too deeply");
  }
}

/**
 * Returns the patch that turns one document into another with the same attributes.
 * @param {{[name: string]: Json}} before
 * @param {{[name: string]: Json}} after
 * @param {Iterable<string>} [names] the attributes to compare
 * @returns {Operation[]}
 */
export function diff(before, after, names = Object.keys(after)) {
  const operations = [];
  for (const name of names) {
    if (equal(before[name], after[name])) continue; // patch-type-changes
    const whole = [replacement(name, after[name])];
    // patch-escaping and patch-plain-operations: `compare` escapes, and only creates add, remove and replace
    const fine = jsonpatch.compare({ [name]: before[name] }, { [name]: after[name] });
    operations.push(...(size(fine) < size(whole) ? fine : whole)); // patch-size
  }
  return operations;
}

/**
 * Returns the operation that sets an attribute.
 * @param {string} name
 * @param {Json} value
 * @returns {Operation}
 */
export const replacement = (name, value) => ({ op: "replace", path: `/${jsonpatch.escapePathComponent(name)}`, value });

/**
 * Returns the attributes that an applied patch may have changed.
 * @param {Operation[]} operations
 * @param {string[]} all the attributes of the document
 */
export function touched(operations, all) {
  const names = new Set();
  for (const { op, path, from } of operations) {
    if (op === "test") continue;
    for (const pointer of op === "move" ? [path, from] : [path]) {
      if (pointer === "") return new Set(all);
      names.add(tokens(pointer)[0]);
    }
  }
  return names;
}

/**
 * patch-malformed, patch-pointer-syntax.
 * @param {Json} operations
 * @returns {asserts operations is Operation[]}
 */
function checkShape(operations) {
  if (!Array.isArray(operations)) throw new Refused("a patch must be an array");
  for (const operation of operations) {
    const required = isObject(operation) ? REQUIRED.get(/** @type {any} */ (operation.op)) : undefined;
    if (!required) throw new Refused("not an operation of RFC 6902");
    for (const member of required) {
      if (!Object.hasOwn(operation, member)) throw new Refused("an operation lacks a member");
      if (member !== "value") tokens(operation[member]);
    }
  }
}

/**
 * Returns the unescaped reference tokens of a pointer (patch-unescape).
 * @param {any} pointer
 * @returns {string[]}
 */
function tokens(pointer) {
  const valid = typeof pointer === "string" && (pointer === "" || pointer.startsWith("/")) && !/~(?![01])/.test(pointer);
  if (!valid) throw new Refused("not a JSON Pointer"); // patch-pointer-syntax
  return pointer.split("/").slice(1).map(jsonpatch.unescapePathComponent);
}

/**
 * Returns the value at a pointer or, with `toAdd`, checks that a value can be added there.
 * @param {Json} document
 * @param {string} pointer
 * @param {boolean} [toAdd]
 * @returns {any}
 */
function place(document, pointer, toAdd = false) {
  /** @type {any} */
  let value = document;
  const path = tokens(pointer);
  path.forEach((token, position) => {
    const adding = toAdd && position === path.length - 1;
    if (Array.isArray(value)) {
      const end = value.length + (adding ? 1 : 0);
      const fits = adding && token === "-" // patch-append
        || /^(0|[1-9][0-9]*)$/.test(token) && Number(token) < end; // patch-index
      if (!fits) throw new Refused("the array has no such element");
    } else if (!isObject(value) || !(adding || Object.hasOwn(value, token))) {
      throw new Refused("the path does not exist"); // patch-missing-target
    }
    value = /** @type {any} */ (value)[token];
  });
  return value;
}

/** Returns the length of a value as JSON text. @param {Json} value */
const size = value => JSON.stringify(value).length;
