/** Binary pairs: a `_BIN_META` and the binary frame after it are one event. Each connection has its own `Pairing`. */

import { ACTION, check, typed } from "./events.js";
import { Refused } from "./pointer.js";

/** @typedef {import("./events.js").Event} Event */

export class Pairing {
  /** The data of the last `_BIN_META`, or null if it was invalid. @type {any} */
  #waiting = undefined;

  /** Takes a `_BIN_META`. It replaces an earlier one without bytes, even if it is invalid (binary-newest). @param {Event} event */
  announce(event) {
    this.#waiting = null;
    check(event); // binary-malformed, binary-reserved
    this.#waiting = event.data;
  }

  /**
   * Takes a binary frame and returns the event that it completes (binary-deliver, binary-position).
   * @param {Uint8Array} bytes
   * @returns {Event}
   * @throws {Refused} if there is no valid `_BIN_META` for it, or its event can't have bytes
   */
  complete(bytes) {
    const meta = this.#waiting;
    this.#waiting = undefined;
    if (!meta) throw new Refused(meta === null ? "binary frame after an invalid _BIN_META" : "binary frame without _BIN_META"); // binary-unannounced
    const event = typed(meta.type, { ...meta.metadata, data: bytes });
    const isOwn = !event.name.startsWith("_"); // an application's event
    if (!isOwn && (event.name !== ACTION || event.key === null)) throw new Refused(`the event ${JSON.stringify(event.type)} can't have bytes`); // binary-no-state
    return event;
  }
}
