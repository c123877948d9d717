/**
 * JSON: values in and out, read strictly, equal by JSON's types.
 *
 * A value of this module is deeply frozen, and known as such: two that share a part share the object, so that what is
 * the same object has not changed. Objects keep their usual prototype, but a member is only ever read by its own name
 * and written by `put`, so that `__proto__` and `toString` are names like any other (events-member-names).
 *
 * @typedef {null | boolean | number | string | readonly Json[] | {readonly [name: string]: Json}} Json
 * @typedef {{readonly [name: string]: Json}} JsonObject
 */

/** Deeper values are refused, coming and going: more than the 64 levels that everyone takes (events-depth-limit). */
export const MAX_DEPTH = 128;

/** A frame that is not an event. */
export class MalformedFrame extends Error {}

/**
 * The containers that are known to be JSON and frozen: how deep each is nested, and about how many characters it has as text.
 * @type {WeakMap<object, {depth: number, size: number}>}
 */
const known = new WeakMap();

/** @param {any} value @returns {value is JsonObject} */
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Gives an object a member, whatever its name.
 * @param {any} object
 * @param {string} name
 * @param {any} value
 */
export function put(object, name, value) {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
}

/** A copy of an object that may be written to. @param {JsonObject} object @returns {Record<string, Json>} */
export function thaw(object) {
  return { ...object }; // which copies a member called __proto__ as one
}

/**
 * Freezes a new container, all of whose parts are of this module.
 * @template {object} T
 * @param {T} container
 * @returns {T}
 * @throws {RangeError} it is nested too deep
 */
export function seal(container) {
  let depth = 1;
  let size = 2;
  for (const part of Object.values(container)) {
    if (typeof part !== "object" || part === null) size += sizeOf(part);
    else {
      const inner = /** @type {{depth: number, size: number}} */ (known.get(part));
      if (inner.depth >= depth) depth = inner.depth + 1;
      size += inner.size;
    }
  }
  if (!Array.isArray(container)) for (const name of Object.keys(container)) size += name.length + 3;
  if (depth > MAX_DEPTH) throw new RangeError(`nested deeper than ${MAX_DEPTH} levels`);
  known.set(Object.freeze(container), { depth, size });
  return container;
}

/** How many levels of containers a value of this module has. @param {Json} value */
export const depthOf = (value) => known.get(/** @type {object} */ (value))?.depth ?? 0;

/** About how many characters the text of a value of this module has; what is shared counts each time. @param {Json} value */
export const sizeOf = (value) => {
  if (typeof value === "object" && value !== null) return known.get(value)?.size ?? 0;
  return typeof value === "string" ? value.length + 3 : 5;
};

/** Whether a container has passed through this module. @param {object} container */
export const isSealed = (container) => known.has(container);

/**
 * Makes a value of JSON of what a program hands over; parts that already are one are shared, all else is copied.
 *
 * Members that are `undefined` are left out, and what has a method `toJSON` stands for what it returns, as everywhere.
 * @param {any} value
 * @param {number} [depth] levels that may follow
 * @returns {any}
 * @throws {TypeError} it is not JSON: NaN, a function, a Map, half a surrogate pair …
 * @throws {RangeError} it is nested too deep, or in itself
 */
export function toJson(value, depth = MAX_DEPTH) {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${value} is not JSON`); // events-strict-json
    return value;
  }
  if (typeof value === "string") {
    if (!isWellFormed(value)) throw new TypeError(`half a surrogate pair is not JSON: ${JSON.stringify(value)}`); // events-lone-surrogate
    return value;
  }
  if (typeof value !== "object") throw new TypeError(`a value of type ${typeof value} is not JSON`);
  if (known.has(value)) return value;
  if (depth === 0) throw new RangeError(`nested deeper than ${MAX_DEPTH} levels`);
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
  // Object.prototype may be that of another window, whose own prototype is null
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** `String.prototype.isWellFormed`, which is not everywhere yet. @param {string} text */
function isWellFormed(text) {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}

/**
 * Reads JSON text.
 * @param {string} text
 * @returns {Json}
 * @throws {MalformedFrame} a receiver must refuse it, or should
 */
export function parse(text) {
  let value;
  try {
    value = JSON.parse(text); // which refuses NaN, Infinity and a byte order mark
  } catch {
    throw new MalformedFrame("not JSON");
  }
  try {
    value = toJson(value); // events-not-finite: 1e999 is Infinity by now
  } catch (error) {
    throw new MalformedFrame(/** @type {Error} */ (error).message);
  }
  // What is written again as it came has no two members of one name; most frames are like that.
  if (JSON.stringify(value) !== text) refuseDuplicates(text);
  return value;
}

/**
 * events-duplicate-members.
 * @param {string} text which is known to be JSON
 */
function refuseDuplicates(text) {
  /** The names of each open object so far; of an open array, none. @type {Set<string>[]} */
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
      if (names.has(name)) throw new MalformedFrame(`two members are called ${JSON.stringify(name)}`);
      names.add(name);
    } else if (character === "{" || character === "[") open.push(new Set());
    else if (character === "}" || character === "]") open.pop();
  }
}

/**
 * Whether two values are the same by JSON's types: `1` is `1.0`, and not `true` (patch-test, patch-type-changes).
 * @param {Json | undefined} left undefined: no value at all
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
