/** Calls of actions and tasks: the data of those that are sent, and the handlers of those that are received. */

import { isObject } from "./json.js";
import { callSafely } from "./signal.js";

/** @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {(arguments_: any, name: string) => unknown} Handler */

/**
 * Returns the data of a call.
 * @param {string} name
 * @param {JsonObject} given the arguments
 * @param {boolean} hasBytes whether the argument `data` is bytes
 */
export function callData(name, given, hasBytes) {
  if (typeof name !== "string") throw new TypeError("the name of an action or a task must be a string");
  if (!isObject(given)) throw new TypeError("the arguments must be an object");
  const reserved = (hasBytes ? ["type", "data"] : ["type"]).find((taken) => Object.hasOwn(given, taken));
  if (reserved !== undefined) throw new TypeError(`the argument name ${JSON.stringify(reserved)} is reserved`); // actions-shape, binary-reserved
  return { type: name, ...given };
}

/** Returns bytes as a Uint8Array, without copying them. @param {ArrayBuffer | ArrayBufferView} bytes */
export function bytesView(bytes) {
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (Object.prototype.toString.call(bytes) === "[object ArrayBuffer]") return new Uint8Array(bytes);
  throw new TypeError("bytes must be an ArrayBuffer or a view of one; for a File, pass `await file.arrayBuffer()`");
}

/** The handlers of the actions that the server can call. */
export class Actions {
  /** @type {Map<string, Handler>} */ #handlers = new Map();
  /** @type {Handler | undefined} */ #otherHandler;

  /** @param {string} name @param {Handler} handler @returns {() => void} removes the handler */
  on(name, handler) {
    this.#handlers.set(name, handler);
    return () => {
      if (this.#handlers.get(name) === handler) this.#handlers.delete(name);
    };
  }

  /** @param {Handler} handler @returns {() => void} removes the handler */
  onOther(handler) {
    this.#otherHandler = handler;
    return () => {
      if (this.#otherHandler === handler) this.#otherHandler = undefined;
    };
  }

  /** Calls the handler of a call. @param {any} data @returns {boolean} whether there is one */
  run({ type, ...given }) {
    const handler = this.#handlers.get(type) ?? this.#otherHandler;
    if (handler) callSafely(handler, given, type);
    return handler !== undefined;
  }
}
