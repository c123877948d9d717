/**
 * Codec: decodes text frames to events, and encodes events.
 *
 * Decoding is strict: text that another implementation could not read is malformed. Each JSON object becomes an object
 * without a prototype, so `__proto__`, `constructor` and `toString` are ordinary member names. Outgoing values pass
 * through `copy`, which rejects values that are not JSON.
 */

/** @typedef {null | boolean | number | string | Array<any> | {[name: string]: any}} Json any JSON value */
/** @typedef {{type: string, data: Json}} Event */

/** A frame is not an event. */
export class Malformed extends Error {}

/** A well-formed event asks for something invalid. */
export class Refused extends Error {}

/** The maximum nesting: more than the required 64 levels, and far from exhausting the stack (events-depth-limit). */
export const MAX_DEPTH = 128;

/** @param {unknown} value @returns {value is {[name: string]: Json}} */
export const isObject = value => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Decodes a text frame.
 * @param {string} text
 * @returns {Event}
 */
export function decode(text) {
  let event;
  try {
    event = JSON.parse(text); // rejects NaN, Infinity and a byte order mark (RFC 8259)
  } catch {
    throw new Malformed("the text is not JSON");
  }
  scan(text);
  event = copy(event);
  if (!isObject(event)) throw new Malformed("an event must be an object");
  if (typeof event.type !== "string") throw new Malformed("an event must have a string type"); // events-type-string
  return { type: event.type, data: event.data ?? null }; // events-data-absent, events-extra-members
}

/**
 * Encodes an event. If `data` is undefined, the event has no member `data`.
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
  const colon = type.indexOf(":"); // events-key: the first colon
  return colon < 0 ? [type, undefined] : [type.slice(0, colon), type.slice(colon + 1)];
}

/**
 * Finds what JSON.parse accepts but a receiver must reject. The text must be valid JSON.
 * @param {string} text
 */
function scan(text) {
  /** The member names of each open object; an empty set for an open array. @type {Set<string>[]} */
  const open = [];
  let string = "";
  for (let at = 0; at < text.length; at++) {
    const start = at;
    const character = text[at];
    if (character === '"') {
      while (text[++at] !== '"') if (text[at] === "\\") at++;
      string = JSON.parse(text.slice(start, at + 1));
      if (!string.isWellFormed()) throw new Malformed("a string has a lone surrogate"); // events-lone-surrogate
    } else if (character === ":") {
      const names = open[open.length - 1];
      if (names.has(string)) throw new Malformed("a member occurs twice"); // events-duplicate-members
      names.add(string);
    } else if (character === "{" || character === "[") {
      if (open.push(new Set()) > MAX_DEPTH) throw new Malformed("the value is nested too deeply"); // events-depth-limit
    } else if (character === "}" || character === "]") {
      open.pop();
    } else if (character === "-" || (character >= "0" && character <= "9")) {
      while (at + 1 < text.length && /[-+.0-9eE]/.test(text[at + 1])) at++;
      if (!Number.isFinite(Number(text.slice(start, at + 1)))) throw new Malformed("a number is too large"); // events-not-finite
    }
  }
}

/**
 * Copies a JSON value; the copies of objects have no prototype. Throws if it is not JSON.
 * @template {Json} T
 * @param {T} value
 * @param {number} [depth] the number of levels that are allowed
 * @returns {T}
 */
export function copy(value, depth = MAX_DEPTH) {
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError(`${value} is not JSON`); // events-strict-json
  if (typeof value === "string" && !value.isWellFormed()) throw new TypeError("a string with a lone surrogate is not JSON");
  if (value === null || ["number", "string", "boolean"].includes(typeof value)) return value;
  if (typeof value !== "object") throw new TypeError(`a value of type ${typeof value} is not JSON`);
  if (depth === 0) throw new RangeError("the value is nested too deeply");
  if (Array.isArray(value)) return /** @type {T} */ (value.map(item => copy(item, depth - 1)));
  const object = Object.create(null); // events-member-names
  for (const name of Object.keys(value)) object[copy(name)] = copy(value[name], depth - 1);
  return object;
}

/**
 * Returns whether two values are equal by JSON's types: `1` equals `1.0`, but not `true` (patch-test, patch-type-changes).
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
