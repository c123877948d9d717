/** JSON Pointer (RFC 6901): parsing and evaluation. */

import { isObject } from "./json.js";

/** @typedef {import("./json.js").Json} Json */

/** A valid JSON frame asks for something invalid, such as a patch of a missing member. */
export class Refused extends Error {}

/** Escapes a reference token (patch-escaping). @param {string} token */
export const escape = (token) => token.replaceAll("~", "~0").replaceAll("/", "~1");

/**
 * Returns the unescaped reference tokens of a pointer (patch-unescape).
 * @param {unknown} pointer
 * @returns {string[]}
 * @throws {Refused} if it is not a pointer (patch-pointer-syntax)
 */
export function tokens(pointer) {
  if (typeof pointer !== "string" || (pointer !== "" && pointer[0] !== "/") || /~(?![01])/.test(pointer)) {
    throw new Refused(`not a JSON Pointer: ${JSON.stringify(pointer)}`);
  }
  return pointer
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/**
 * Returns a reference token as an array index (patch-index).
 * @param {string} token
 * @param {number} end the first index that is out of bounds
 * @returns {number}
 * @throws {Refused} if it is not an index below `end`
 */
export function index(token, end) {
  if (!/^(0|[1-9][0-9]*)$/.test(token) || Number(token) >= end)
    throw new Refused(`the array has no element ${JSON.stringify(token)}`);
  return Number(token);
}

/**
 * Returns a member or an element of a container.
 * @param {Json} container
 * @param {string} token
 * @returns {Json}
 * @throws {Refused} if it does not exist (patch-missing-target)
 */
export function step(container, token) {
  if (Array.isArray(container)) return container[index(token, container.length)];
  if (!isObject(container) || !Object.hasOwn(container, token)) throw new Refused(`the value has no member ${JSON.stringify(token)}`);
  return container[token];
}

/**
 * Returns the value that a pointer refers to.
 * @param {Json} document
 * @param {string[]} path
 * @returns {Json}
 * @throws {Refused} if it does not exist
 */
export const find = (document, path) => path.reduce(step, document);
