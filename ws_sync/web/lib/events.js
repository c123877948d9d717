/**
 * Reads, checks and writes events.
 *
 * `read` rejects frames that are not events (MalformedFrame). `check` rejects events of the protocol with invalid data
 * (Refused). Events of unknown types, and events that only servers handle, are not errors.
 */

import { MalformedFrame, isObject, parse, toJson } from "./json.js";
import { check as checkPatch } from "./patch.js";
import { Refused } from "./pointer.js";

/** @typedef {import("./json.js").Json} Json */
/** @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {{type: string, name: string, key: string | null, data: any}} Event */

export const SET = "_SET";
export const GET = "_GET";
export const PATCH = "_PATCH";
export const ACTION = "_ACTION";
export const TASK_START = "_TASK_START";
export const TASK_CANCEL = "_TASK_CANCEL";
export const BIN_META = "_BIN_META";
export const TOAST = "_TOAST";
export const DOWNLOAD = "_DOWNLOAD";
export const DISCONNECT = "_DISCONNECT";
export const REQUEST_USER_SESSION = "_REQUEST_USER_SESSION";
export const USER_SESSION = "_USER_SESSION";

export const TOAST_TYPES = ["default", "message", "info", "success", "warning", "error"];

/**
 * Reads a text frame.
 * @param {string} text
 * @returns {Event}
 * @throws {MalformedFrame} if it is not an event
 */
export function read(text) {
  const event = parse(text);
  if (!isObject(event)) throw new MalformedFrame("a frame must be a JSON object");
  if (!Object.hasOwn(event, "type") || typeof event.type !== "string") throw new MalformedFrame("an event must have a string type"); // events-type-string
  return typed(event.type, Object.hasOwn(event, "data") ? event.data : null); // events-data-absent, events-extra-members
}

/**
 * Creates an event, and splits its type into name and key.
 * @param {string} type
 * @param {any} data
 * @returns {Event}
 */
export function typed(type, data) {
  const colon = type.indexOf(":"); // events-key
  if (colon < 0) return { type, name: type, key: null, data };
  return { type, name: type.slice(0, colon), key: type.slice(colon + 1), data };
}

/**
 * Returns an event as a text frame. If `data` is undefined, the event has no member `data`.
 * @param {string} type
 * @param {any} [data]
 * @returns {string}
 * @throws {TypeError | RangeError} if the data is not JSON
 */
export function write(type, data) {
  const event = data === undefined ? { type } : { type, data };
  return JSON.stringify(toJson(event)); // events-envelope, events-strict-json
}

/** Returns whether data is a call (actions-shape). @param {any} data */
export function isCall(data) {
  return isObject(data) && Object.hasOwn(data, "type") && typeof data.type === "string";
}

/** The events of the protocol that a client handles, with a key and without one, and the check of their data. */
const WITH_KEY = new Map([
  [SET, isObject],
  [GET, () => true],
  [PATCH, isPatch],
  [ACTION, isCall],
]);
const WITHOUT_KEY = new Map([
  [BIN_META, isMeta],
  [TOAST, isToast],
  [DOWNLOAD, (/** @type {any} */ data) => isObject(data) && typeof data.filename === "string" && isBase64(data.data)],
  [DISCONNECT, (/** @type {any} */ data) => typeof data === "string"],
  [REQUEST_USER_SESSION, () => true],
]);

/** Checks the type of an application's event (events-custom). @param {string} type */
export function checkOwnType(type) {
  if (typeof type !== "string" || type.startsWith("_"))
    throw new TypeError("the type of an application's event must be a string that does not begin with an underscore");
}

/**
 * Returns whether an event is an event of the protocol that a client handles.
 * @param {Event} event
 * @returns {boolean} false if the client does not know it (events-unknown-type, events-direction-client)
 * @throws {Refused} if its data is invalid
 */
export function check(event) {
  const demands = (event.key === null ? WITHOUT_KEY : WITH_KEY).get(event.name);
  if (demands === undefined) {
    if (event.key === null && WITH_KEY.has(event.name)) throw new Refused(`${event.name} must have a key`);
    return false;
  }
  if (!demands(event.data)) throw new Refused(`the data of ${event.name} is invalid`);
  return true;
}

/** @param {any} data */
function isPatch(data) {
  checkPatch(data);
  return true;
}

/** binary-malformed, binary-reserved. @param {any} data */
function isMeta(data) {
  return (
    isObject(data) && typeof data.type === "string" && isObject(data.metadata) && !Object.hasOwn(data.metadata, "data")
  );
}

/** @param {any} data */
function isToast(data) {
  return isObject(data) && typeof data.message === "string" && TOAST_TYPES.includes(/** @type {any} */ (data.type));
}

/** @param {any} text */
function isBase64(text) {
  return typeof text === "string" && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

/** Decodes a Base64 text. @param {string} text @returns {Uint8Array} */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
