/**
 * Codec: between text frames and events.
 *
 * Incoming text is read strictly: what another implementation could not read back is malformed. Every JSON object
 * becomes an object without a prototype, so that `__proto__`, `constructor` or `toString` are plain member names.
 * Outgoing values pass through `copy`, which lets nothing through that is not JSON.
 */

/** @typedef {null | boolean | number | string | Array<any> | {[name: string]: any}} Json any JSON value */
/** @typedef {{type: string, data: Json}} Event */

/** A frame that is not an event at all. */
export class Malformed extends Error {}

/** A well-formed event that is not allowed what it asks for. */
export class Refused extends Error {}

/** events-depth, events-depth-limit: deeper than the 64 levels everyone takes, far from exhausting the stack. */
export const MAX_DEPTH = 128;

/** @param {unknown} value @returns {value is {[name: string]: Json}} */
export const isObject = value => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Reads a text frame.
 * @param {string} text
 * @returns {Event}
 */
export function decode(text) {
  let event;
  try {
    event = JSON.parse(text); // refuses NaN, Infinity and a byte order mark, as RFC 8259 has it
  } catch {
    throw new Malformed("not JSON");
  }
  scan(text);
  event = copy(event);
  if (!isObject(event)) throw new Malformed("not an object");
  if (typeof event.type !== "string") throw new Malformed("no type"); // events-type-string
  return { type: event.type, data: event.data ?? null }; // events-data-absent, events-extra-members
}

/**
 * Writes an event. Without `data`, the event has none.
 * @param {string} type
 * @param {Json} [data]
 */
export function encode(type, data) {
  return JSON.stringify(data === undefined ? { type } : { type, data: copy(data) }); // events-envelope
}

/**
 * Splits a type into its name and its key, which is undefined when there is no colon.
 * @param {string} type
 * @returns {[name: string, key: string | undefined]}
 */
export function splitType(type) {
  const colon = type.indexOf(":"); // events-key: the first colon, whatever follows
  return colon < 0 ? [type, undefined] : [type.slice(0, colon), type.slice(colon + 1)];
}

/**
 * Finds what JSON.parse accepts and a receiver must not. The text is known to be JSON.
 * @param {string} text
 */
function scan(text) {
  /** The member names seen so far in each open object; for an open array an empty set. @type {Set<string>[]} */
  const open = [];
  let string = "";
  for (let at = 0; at < text.length; at++) {
    const start = at;
    const character = text[at];
    if (character === '"') {
      while (text[++at] !== '"') if (text[at] === "\\") at++;
      string = JSON.parse(text.slice(start, at + 1));
      if (!string.isWellFormed()) throw new Malformed("lone surrogate"); // events-lone-surrogate
    } else if (character === ":") {
      const names = open[open.length - 1];
      if (names.has(string)) throw new Malformed("duplicate member"); // events-duplicate-members
      names.add(string);
    } else if (character === "{" || character === "[") {
      if (open.push(new Set()) > MAX_DEPTH) throw new Malformed("too deep"); // events-depth-limit
    } else if (character === "}" || character === "]") {
      open.pop();
    } else if (character === "-" || (character >= "0" && character <= "9")) {
      while (at + 1 < text.length && /[-+.0-9eE]/.test(text[at + 1])) at++;
      if (!Number.isFinite(Number(text.slice(start, at + 1)))) throw new Malformed("number too large"); // events-not-finite
    }
  }
}

/**
 * Copies a value, with objects that have no prototype. What is not JSON is an error.
 * @template {Json} T
 * @param {T} value
 * @param {number} [depth] levels that may follow
 * @returns {T}
 */
export function copy(value, depth = MAX_DEPTH) {
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError("a number that is not JSON"); // events-strict-json
  if (typeof value === "string" && !value.isWellFormed()) throw new TypeError("a string that has no UTF-8 form");
  if (value === null || ["number", "string", "boolean"].includes(typeof value)) return value;
  if (typeof value !== "object") throw new TypeError("a value that is not JSON");
  if (depth === 0) throw new RangeError("nested too deep");
  if (Array.isArray(value)) return /** @type {T} */ (value.map(item => copy(item, depth - 1)));
  const object = Object.create(null); // events-member-names
  for (const name of Object.keys(value)) object[copy(name)] = copy(value[name], depth - 1);
  return object;
}

/**
 * Whether two values are the same by JSON's types: `1` is `1.0`, and not `true` (patch-test, patch-type-changes).
 * @param {Json} a
 * @param {Json} b
 * @returns {boolean}
 */
export function equal(a, b) {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => equal(item, b[index]));
  }
  if (isObject(a) && isObject(b)) {
    const names = Object.keys(a);
    return names.length === Object.keys(b).length
      && names.every(name => Object.hasOwn(b, name) && equal(a[name], b[name]));
  }
  return a === b;
}
