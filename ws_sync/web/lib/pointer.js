/** JSON Pointer (RFC 6901): tokens in a text, and where they lead. */

import { isObject } from "./json.js";

/** @typedef {import("./json.js").Json} Json */

/** Something that a peer asked for and does not get. */
export class Refused extends Error {}

/** A token as it stands in a pointer (patch-escaping). @param {string} token */
export const escape = (token) => token.replaceAll("~", "~0").replaceAll("/", "~1");

/**
 * The tokens of a pointer (patch-unescape).
 * @param {unknown} pointer
 * @returns {string[]}
 * @throws {Refused} it is none (patch-pointer-syntax)
 */
export function tokens(pointer) {
  if (typeof pointer !== "string" || (pointer !== "" && pointer[0] !== "/") || /~(?![01])/.test(pointer)) {
    throw new Refused(`no JSON Pointer: ${JSON.stringify(pointer)}`);
  }
  return pointer
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/**
 * The index that a token is in an array (patch-index).
 * @param {string} token
 * @param {number} end the first index that is out of bounds
 * @returns {number}
 * @throws {Refused} it is none
 */
export function index(token, end) {
  if (!/^(0|[1-9][0-9]*)$/.test(token) || Number(token) >= end)
    throw new Refused(`no element ${JSON.stringify(token)}`);
  return Number(token);
}

/**
 * A part of a container.
 * @param {Json} container
 * @param {string} token
 * @returns {Json}
 * @throws {Refused} it has none there (patch-missing-target)
 */
export function step(container, token) {
  if (Array.isArray(container)) return container[index(token, container.length)];
  if (!isObject(container) || !Object.hasOwn(container, token)) throw new Refused(`no member ${JSON.stringify(token)}`);
  return container[token];
}

/**
 * The value to which a pointer leads.
 * @param {Json} document
 * @param {string[]} path
 * @returns {Json}
 * @throws {Refused} there is none
 */
export const find = (document, path) => path.reduce(step, document);
