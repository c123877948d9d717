/**
 * Connection: one WebSocket, with the snapshots that its client holds and the `_BIN_META` without its bytes yet.
 *
 * It never waits for the client: frames are queued, and a client that does not read is disconnected
 * (security-slow-reader, session-takeover-prompt).
 */

import { copy, encode } from "./codec.mjs";
import { ConcurrentEdits } from "./concurrent-edits.mjs";
import { diff, replacement } from "./patch.mjs";

/** @typedef {import("./codec.mjs").Json} Json */
/** @typedef {import("./document.mjs").Document} Document */

/** The maximum number of bytes queued for a client that does not read. */
const MAX_BACKLOG = 64 * 1024 * 1024;

export class Connection {
  /** The snapshots: the state that the client holds of each document that was sent. @type {Map<Document, {[name: string]: Json}>} */
  #held = new Map();
  #concurrentEdits;

  /** @param {import("ws").WebSocket} socket */
  constructor(socket) {
    this.socket = socket;
    /** The data of the `_BIN_META` whose bytes have not arrived (binary-per-connection). @type {Json | undefined} */
    this.waitingMeta = undefined;
    this.#concurrentEdits = new ConcurrentEdits(socket, (key, attribute) => this.#sendAgain(key, attribute));
    socket.on("close", () => this.#concurrentEdits.stop());
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
   * Sends a binary pair; no other frame can come between its two frames (binary-pair).
   * @param {string} type
   * @param {{[name: string]: Json}} metadata
   * @param {Uint8Array} bytes
   */
  sendBytes(type, metadata, bytes) {
    this.send("_BIN_META", { type, metadata });
    this.#transmit(bytes);
  }

  /** Sends the current state of a document (state-object, state-get-current). @param {Document} document */
  sendState(document) {
    document.derive();
    const first = !this.#held.has(document);
    this.send(`_SET:${document.key}`, document.state);
    this.#held.set(document, copy(document.state));
    if (!first) this.#concurrentEdits.sent(document.key, document.attributes); // the first state can't cross a write
  }

  /**
   * Sends the changes since the snapshot as one event (state-one-patch, connection-effects-in-order).
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
   * Records an accepted write. The client holds what it wrote, so the write is not echoed (state-no-echo). If the result
   * differs, it is corrected at once (state-corrected-at-once). Changes that the application has not synced stay in the
   * difference between the snapshot and the state.
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
    if (!document.fits(now)) return this.sendState(document); // the client does not hold the snapshot
    this.#held.set(document, now);
    this.#concurrentEdits.written(document.key, write.written);
    const suspicious = [...document.readOnly].filter(name => write.written.has(name) || write.consequences.has(name));
    this.sendChanges(document, suspicious);
  }

  /** Closes the connection because a newer one replaces it (session-takeover-disconnect, session-disconnect-text). */
  replace() {
    this.send("_DISCONNECT", "You are connected in another window.");
    this.socket.close(1000, "replaced"); // 1000, because it is not an error; `ws` terminates a client that does not answer
  }

  /** @param {Document} document @param {import("./patch.mjs").Operation[]} operations */
  #sendPatch(document, operations) {
    if (operations.length === 0) return; // state-quiet
    this.send(`_PATCH:${document.key}`, /** @type {any} */ (operations));
    const held = this.#held.get(document);
    const changed = document.attributes.filter(name => operations.some(({ path }) =>
      path === replacement(name, null).path || path.startsWith(`${replacement(name, null).path}/`)));
    for (const name of changed) held[name] = copy(document.state[name]);
    this.#concurrentEdits.sent(document.key, changed);
  }

  /** state-crossing. @param {string} key @param {string} attribute */
  #sendAgain(key, attribute) {
    for (const [document, held] of this.#held) {
      if (document.key !== key) continue;
      // The value that the client should hold already, without the changes that are not synced.
      this.send(`_PATCH:${key}`, [replacement(attribute, held[attribute])]);
      this.#concurrentEdits.sent(key, [attribute]);
    }
  }

  /** @param {string | Uint8Array} frame */
  #transmit(frame) {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.socket.send(frame, () => {}); // an error closes the connection
    if (this.socket.bufferedAmount > MAX_BACKLOG) this.socket.terminate(); // security-slow-reader
  }
}
