/**
 * JSON values: strict parsing, immutable values, and equality by JSON's types.
 *
 * The values of this module are deeply frozen and share equal parts, so the same object means that nothing has changed.
 * Objects keep their usual prototype. But members are only read with `Object.hasOwn` and written with `put`, so
 * `__proto__` and `toString` are ordinary member names (events-member-names).
 *
 * @typedef {null | boolean | number | string | readonly Json[] | {readonly [name: string]: Json}} Json
 * @typedef {{readonly [name: string]: Json}} JsonObject
 */

/** The maximum nesting of a value, received or sent. Every peer accepts 64 levels (events-depth-limit). */
export const MAX_DEPTH = 128;

/** A frame that is not an event. */
export class MalformedFrame extends Error {}

/**
 * The containers that are known to be frozen JSON, with their nesting and the approximate length of their JSON text.
 * @typedef {{depth: number, size: number}} Measure
 * @type {WeakMap<object, Measure>}
 */
const known = new WeakMap();

/** @param {any} value @returns {value is JsonObject} */
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Sets a member of an object, also one that is called `__proto__`.
 * @param {any} object
 * @param {string} name
 * @param {any} value
 */
export function put(object, name, value) {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
}

/** Returns a mutable copy of an object. @param {JsonObject} object @returns {Record<string, Json>} */
export function thaw(object) {
  return { ...object }; // this also copies a member called __proto__
}

/**
 * Freezes a new container whose parts are values of this module.
 * @template {object} T
 * @param {T} container
 * @returns {T}
 * @throws {RangeError} if it is nested too deeply
 */
export function seal(container) {
  let depth = 1;
  let size = 2;
  for (const part of Object.values(container)) {
    depth = Math.max(depth, depthOf(part) + 1);
    size += sizeOf(part);
  }
  if (!Array.isArray(container)) for (const name of Object.keys(container)) size += sizeOfName(name);
  return sealAs(container, depth, size);
}

/**
 * Freezes a new container whose parts are values of this module, and whose nesting and size are known.
 * @template {object} T
 * @param {T} container
 * @param {number} depth as `depthOf`
 * @param {number} size as `sizeOf`
 * @returns {T}
 * @throws {RangeError} if it is nested too deeply
 */
export function sealAs(container, depth, size) {
  if (depth > MAX_DEPTH) throw new RangeError(`the value is nested deeper than ${MAX_DEPTH} levels`);
  known.set(Object.freeze(container), { depth, size });
  return container;
}

/** Returns the nesting of a value of this module. @param {Json} value */
export const depthOf = (value) => known.get(/** @type {object} */ (value))?.depth ?? 0;

/** Returns the approximate length of the JSON text of a value of this module. Shared parts count each time. @param {Json} value */
export const sizeOf = (value) => {
  if (typeof value === "object" && value !== null) return known.get(value)?.size ?? 0;
  return typeof value === "string" ? value.length + 3 : 5;
};

/** Returns what the name of a member adds to the size of its object. @param {string} name */
export const sizeOfName = (name) => name.length + 3;

/** Returns whether a container is a value of this module. @param {object} container */
export const isSealed = (container) => known.has(container);

/**
 * Converts a value of the application to a JSON value. Parts that are JSON values already are shared, others copied.
 *
 * As with `JSON.stringify`, members that are `undefined` are left out, and a method `toJSON` is called.
 * @param {any} value
 * @param {number} [depth] the number of levels that are allowed
 * @returns {any}
 * @throws {TypeError} if it is not JSON: NaN, a function, a Map, a lone surrogate …
 * @throws {RangeError} if it is nested too deeply, or contains itself
 */
export function toJson(value, depth = MAX_DEPTH) {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${value} is not JSON`); // events-strict-json
    return value;
  }
  if (typeof value === "string") {
    if (!isWellFormed(value)) throw new TypeError(`a string with a lone surrogate is not JSON: ${JSON.stringify(value)}`); // events-lone-surrogate
    return value;
  }
  if (typeof value !== "object") throw new TypeError(`a value of type ${typeof value} is not JSON`);
  if (known.has(value)) return value;
  if (depth === 0) throw new RangeError(`the value is nested deeper than ${MAX_DEPTH} levels`);
  if (typeof value.toJSON === "function") return toJson(value.toJSON(), depth - 1);
  if (Array.isArray(value)) return seal(Array.from(value, (element) => toJson(element, depth - 1)));
  if (!isPlain(value)) throw new TypeError(`an object of class ${value.constructor?.name} is not JSON`);
  const object = {};
  for (const name of Object.keys(value)) {
    if (value[name] !== undefined) put(object, toJson(name), toJson(value[name], depth - 1));
  }
  return seal(object);
}

/** @param {object} value */
function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  // the prototype may be the Object.prototype of another window
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** `String.prototype.isWellFormed`, which older browsers lack. @param {string} text */
function isWellFormed(text) {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}

/**
 * Parses JSON text strictly.
 * @param {string} text
 * @returns {Json}
 * @throws {MalformedFrame} if it is not JSON, or a receiver must or should reject it
 */
export function parse(text) {
  let value;
  try {
    value = JSON.parse(text); // rejects NaN, Infinity and a byte order mark
  } catch {
    throw new MalformedFrame("the text is not JSON");
  }
  try {
    value = SURROGATE.test(text) ? toJson(value) : sealParsed(value);
  } catch (error) {
    throw new MalformedFrame(/** @type {Error} */ (error).message);
  }
  // A text that is equal after a round trip has no duplicate members. Most frames pass this cheap check.
  if (JSON.stringify(value) !== text) refuseDuplicates(text);
  return value;
}

/** What may be a lone surrogate: half of a character, or an escape of one. */
const SURROGATE = /[\ud800-\udfff]|\\u[dD][89a-fA-F]/;

/**
 * Freezes a value that JSON.parse has created. Nothing else refers to it, so it need not be copied as in `toJson`.
 * @param {any} value without a lone surrogate
 * @returns {any} the same value
 * @throws {TypeError | RangeError} as `toJson`
 */
function sealParsed(value) {
  if (typeof value === "object" && value !== null) freeze(value, MAX_DEPTH);
  else toJson(value);
  return value;
}

/** @param {any} container @param {number} levels the number of levels that are allowed @returns {Measure} */
function freeze(container, levels) {
  if (levels === 0) throw new RangeError(`the value is nested deeper than ${MAX_DEPTH} levels`);
  const measure = { depth: 1, size: 2 };
  const isArray = Array.isArray(container);
  if (!isArray) for (const name of Object.keys(container)) measure.size += sizeOfName(name);
  for (const part of isArray ? container : Object.values(container)) {
    if (typeof part === "object" && part !== null) {
      const { depth, size } = freeze(part, levels - 1);
      measure.depth = Math.max(measure.depth, depth + 1);
      measure.size += size;
    } else if (typeof part === "string") measure.size += sizeOf(part);
    else measure.size += sizeOf(toJson(part)); // events-not-finite: JSON.parse makes Infinity of 1e999
  }
  known.set(Object.freeze(container), measure);
  return measure;
}

/**
 * events-duplicate-members.
 * @param {string} text valid JSON
 */
function refuseDuplicates(text) {
  /** The member names of each open object; an empty set for an open array. @type {Set<string>[]} */
  const open = [];
  let string = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      const start = at;
      while (text[++at] !== '"') if (text[at] === "\\") at++;
      string = text.slice(start, at + 1);
    } else if (character === ":") {
      const names = open[open.length - 1];
      const name = string.includes("\\") ? JSON.parse(string) : string.slice(1, -1);
      if (names.has(name)) throw new MalformedFrame(`the member ${JSON.stringify(name)} occurs twice`);
      names.add(name);
    } else if (character === "{" || character === "[") open.push(new Set());
    else if (character === "}" || character === "]") open.pop();
  }
}

/**
 * Returns whether two values are equal by JSON's types: `1` equals `1.0`, but not `true` (patch-test, patch-type-changes).
 * @param {Json | undefined} left undefined means that there is no value
 * @param {Json | undefined} right
 * @returns {boolean}
 */
export function equal(left, right) {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((element, index) => equal(element, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && equal(left[name], right[name]))
  );
}
