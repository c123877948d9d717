/** Pairs `_BIN_META` with the binary frame that it announces, by order alone; one for each connection. */

import { ACTION, check, typed } from "./events.js";
import { Refused } from "./pointer.js";

/** @typedef {import("./events.js").Event} Event */

export class Pairing {
  /** The last `_BIN_META`: its data, or null if that can't be paired. @type {any} */
  #waiting = undefined;

  /** Takes the place of one that still waits, even if this one is malformed (binary-newest). @param {Event} event */
  announce(event) {
    this.#waiting = null;
    check(event); // binary-malformed, binary-reserved
    this.#waiting = event.data;
  }

  /**
   * The event for which a pair stands (binary-deliver, binary-position).
   * @param {Uint8Array} bytes
   * @returns {Event}
   * @throws {Refused} nothing announced it, or it may carry no bytes
   */
  complete(bytes) {
    const meta = this.#waiting;
    this.#waiting = undefined;
    if (!meta) throw new Refused(meta === null ? "bytes whose _BIN_META was refused" : "bytes without _BIN_META"); // binary-unannounced
    const event = typed(meta.type, { ...meta.metadata, data: bytes });
    const isOwn = !event.name.startsWith("_"); // an application's event
    if (!isOwn && (event.name !== ACTION || event.key === null)) throw new Refused(`${event.type} can't carry bytes`); // binary-no-state
    return event;
  }
}
