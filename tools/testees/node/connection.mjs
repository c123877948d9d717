/**
 * Connection: what the server knows about one WebSocket: which state of each document the client holds, and the
 * `_BIN_META` that waits for its bytes.
 *
 * Nothing here waits for the client: frames are queued, and a client that does not read loses its connection
 * (security-slow-reader, session-takeover-prompt).
 */

import { copy, encode } from "./codec.mjs";
import { Crossing } from "./crossing.mjs";
import { diff, replacement } from "./patch.mjs";

/** @typedef {import("./codec.mjs").Json} Json */
/** @typedef {import("./document.mjs").Document} Document */

/** How many bytes are kept for a client that does not read. */
const MAX_BACKLOG = 64 * 1024 * 1024;

export class Connection {
  /** The snapshots: what the client holds of each document that it has got. @type {Map<Document, {[name: string]: Json}>} */
  #held = new Map();
  #crossing;

  /** @param {import("ws").WebSocket} socket */
  constructor(socket) {
    this.socket = socket;
    /** The `_BIN_META` that waits for its bytes (binary-per-connection). @type {Json | undefined} */
    this.waitingMeta = undefined;
    this.#crossing = new Crossing(socket, (key, attribute) => this.#sendAgain(key, attribute));
    socket.on("close", () => this.#crossing.stop());
  }

  /**
   * Sends an event as one text frame (connection-text).
   * @param {string} type
   * @param {Json} [data]
   */
  send(type, data) {
    this.#transmit(encode(type, data));
  }

  /**
   * Sends a pair; nothing can come between its two frames (binary-pair).
   * @param {string} type
   * @param {{[name: string]: Json}} metadata
   * @param {Uint8Array} bytes
   */
  sendBytes(type, metadata, bytes) {
    this.send("_BIN_META", { type, metadata });
    this.#transmit(bytes);
  }

  /** Sends the whole state of a document, as it is now (state-object, state-get-current). @param {Document} document */
  sendState(document) {
    document.derive();
    const first = !this.#held.has(document);
    this.send(`_SET:${document.key}`, document.state);
    this.#held.set(document, copy(document.state));
    if (!first) this.#crossing.sent(document.key, document.attributes); // before the first, the client had nothing to write to
  }

  /**
   * Sends what changed since the snapshot, as one event (state-one-patch, connection-effects-in-order).
   * @param {Document} document
   * @param {Iterable<string>} [attributes] only these
   */
  sendChanges(document, attributes) {
    document.derive();
    const held = this.#held.get(document);
    if (!held) return; // connection-state-before-patch, state-unannounced-silent
    this.#sendPatch(document, diff(held, document.state, attributes));
  }

  /**
   * Takes note of an accepted write: the client holds what it wrote, and is not told so (state-no-echo), but is told
   * at once where the document came out otherwise (state-corrected-at-once). Changes that the application has not
   * synced stay in the difference between the snapshot and the state.
   * @param {Document} document
   * @param {import("./document.mjs").Write} write
   */
  noteWrite(document, write) {
    const held = this.#held.get(document);
    if (!held) return;
    let now;
    try {
      now = write.follow(held);
    } catch {
      now = undefined;
    }
    if (!document.fits(now)) return this.sendState(document); // the client can't have had what was sent to it
    this.#held.set(document, now);
    this.#crossing.written(document.key, write.written);
    const suspicious = [...document.readOnly].filter(name => write.written.has(name) || write.consequences.has(name));
    this.sendChanges(document, suspicious);
  }

  /** Ends the connection in favour of a newer one (session-takeover-disconnect, session-disconnect-text). */
  replace() {
    this.send("_DISCONNECT", "You are connected in another window.");
    this.socket.close(1000, "replaced"); // no error, so 1000 is right; `ws` cuts a client off that does not answer
  }

  /** @param {Document} document @param {import("./patch.mjs").Operation[]} operations */
  #sendPatch(document, operations) {
    if (operations.length === 0) return; // state-quiet
    this.send(`_PATCH:${document.key}`, /** @type {any} */ (operations));
    const held = this.#held.get(document);
    const changed = document.attributes.filter(name => operations.some(({ path }) =>
      path === replacement(name, null).path || path.startsWith(`${replacement(name, null).path}/`)));
    for (const name of changed) held[name] = copy(document.state[name]);
    this.#crossing.sent(document.key, changed);
  }

  /** state-crossing. @param {string} key @param {string} attribute */
  #sendAgain(key, attribute) {
    for (const [document, held] of this.#held) {
      if (document.key !== key) continue;
      // Not what the application holds back, but what the client should hold already.
      this.send(`_PATCH:${key}`, [replacement(attribute, held[attribute])]);
      this.#crossing.sent(key, [attribute]);
    }
  }

  /** @param {string | Uint8Array} frame */
  #transmit(frame) {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.socket.send(frame, () => {}); // a failure shows as the end of the connection
    if (this.socket.bufferedAmount > MAX_BACKLOG) this.socket.terminate(); // security-slow-reader
  }
}
