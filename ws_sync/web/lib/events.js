/**
 * Events: between text frames and what a client acts on.
 *
 * `read` rejects what is not an event (MalformedFrame); `check` whether the data of an event is as its type demands (Refused).
 * What a client does not know, or only servers are to know, is neither.
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
 * @throws {MalformedFrame} it is not an event
 */
export function read(text) {
  const event = parse(text);
  if (!isObject(event)) throw new MalformedFrame("a frame is an object");
  if (!Object.hasOwn(event, "type") || typeof event.type !== "string") throw new MalformedFrame("no type"); // events-type-string
  return typed(event.type, Object.hasOwn(event, "data") ? event.data : null); // events-data-absent, events-extra-members
}

/**
 * An event of this type.
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
 * The text frame of an event; without `data`, the event has none.
 * @param {string} type
 * @param {any} [data]
 * @returns {string}
 * @throws {TypeError | RangeError} the data is not JSON
 */
export function write(type, data) {
  const event = data === undefined ? { type } : { type, data };
  return JSON.stringify(toJson(event)); // events-envelope, events-strict-json
}

/** Whether data is a call (actions-shape). @param {any} data */
export function isCall(data) {
  return isObject(data) && Object.hasOwn(data, "type") && typeof data.type === "string";
}

/** The events of the protocol that have a key, and those that have none; what each demands of its data. */
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

/**
 * Whether an event is one of the protocol that a client acts on.
 * @param {Event} event
 * @returns {boolean} false: the client does not know it (events-unknown-type, events-direction-client)
 * @throws {Refused} its data is not as its type demands
 */
export function check(event) {
  const demands = (event.key === null ? WITHOUT_KEY : WITH_KEY).get(event.name);
  if (demands === undefined) {
    if (event.key === null && WITH_KEY.has(event.name)) throw new Refused(`${event.name} without a key`);
    return false;
  }
  if (!demands(event.data)) throw new Refused(`${event.name} with other data than it has to have`);
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

/** The bytes of a Base64 text. @param {string} text @returns {Uint8Array} */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
