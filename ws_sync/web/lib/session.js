/**
 * A session: one server, one connection at a time, and the documents, which outlive connections.
 *
 *     stopped --connect()--> connecting --first event--> connected
 *     connecting, connected --lost--> disconnected --delay is over--> connecting
 *     any --_DISCONNECT, close()--> stopped
 *
 * A connection is *connected* after its first event other than the request for identification, because the client must
 * send nothing before its answer to that; or after a while of silence, because a server may announce nothing. No frame
 * of a server throws, ends the connection or changes another document than its own.
 */

import { Backoff } from "./backoff.js";
import { Pairing } from "./binary-pairs.js";
import { SyncedDocument } from "./document.js";
import {
  BIN_META,
  DISCONNECT,
  DOWNLOAD,
  PATCH,
  REQUEST_USER_SESSION,
  SET,
  TOAST,
  USER_SESSION,
  bytesOf,
  check,
  checkOwnType,
  read,
  write,
} from "./events.js";
import { checked, storedIdentity } from "./identity.js";
import { MalformedFrame, sizeOf } from "./json.js";
import { KeptEdits } from "./kept-edits.js";
import { Liveness } from "./liveness.js";
import { watchPage } from "./page.js";
import { Refused } from "./pointer.js";
import { Signals, callSafely, report } from "./signal.js";
import { Timers } from "./timers.js";
import { timesOf } from "./times.js";
import { webSocketUrl } from "./url.js";

/** @typedef {import("./events.js").Event} Event */
/** @typedef {"stopped" | "connecting" | "connected" | "disconnected"} Status */

/** The number of buffered bytes from which no states are sent until the server has read. */
const CONGESTED = 1 << 20;

export class Session {
  #url;
  #identify;
  #WebSocket;
  #times;
  #backoff;
  /** @type {Map<string, SyncedDocument>} */ #documents = new Map();
  /** @type {Map<string, (data: any) => unknown>} */ #eventHandlers = new Map();
  #signals = new Signals("status", "toast", "download", "sent", "received", "problem");
  /** @type {Status} */ #status = "stopped";
  /** @type {WebSocket | null} */ #socket = null;
  #pairing = new Pairing();
  /** Whether the server has requested the identification on this connection. */
  #wasRequested = false;
  #connectedAt = 0;
  #liveness;
  #keptEdits;
  /** Whether the session opens its connection as soon as the kept edits are restored. */
  #isRestoring = false;
  #unwatch = () => {};
  #timers = new Timers();
  /** @type {number | null} */ #retryAt = null;
  /** @type {string | null} */ #reason = null;

  /**
   * @param {string | URL} url
   * @param {any} [options]
   */
  constructor(url, { identify, persist, WebSocket = globalThis.WebSocket, ...times } = {}) {
    this.#url = webSocketUrl(url);
    this.#keptEdits = persist === undefined ? null : new KeptEdits(persist, this.#url);
    this.#identify = identify ?? (() => storedIdentity(this.#url));
    this.#WebSocket = WebSocket;
    this.#times = timesOf(times);
    this.#backoff = new Backoff({ first: this.#times.firstDelay, most: this.#times.maxDelay });
    this.#liveness = new Liveness(this.#times, {
      probe: () => this.#probe(),
      doubt: (isInDoubt) => this.#documents.forEach((document) => document.doubtConnection(isInDoubt)),
      lose: () => this.#lost(),
    });
    if (typeof this.#WebSocket !== "function") throw new TypeError("no global WebSocket class; pass one as the option WebSocket");
  }

  get url() {
    return this.#url;
  }

  get status() {
    return this.#status;
  }

  /** The text of `_DISCONNECT`, if it stopped the session. */
  get reason() {
    return this.#reason;
  }

  /** The time of the next attempt to connect, as in `Date.now()`; null if none is due. */
  get retryAt() {
    return this.#retryAt;
  }

  /** The number of failed attempts in a row. */
  get failures() {
    return this.#backoff.failures;
  }

  /** Whether there ever was a connection. If not, the address may be wrong. */
  get wasConnected() {
    return this.#connectedAt > 0;
  }

  get documents() {
    return [...this.#documents.values()];
  }

  // Connecting and closing

  connect() {
    if (this.#socket || this.#isRestoring) return;
    if (this.#status === "stopped") {
      this.#unwatch = watchPage({ wake: () => this.#wake(), leave: () => this.#leave() });
      this.#backoff.reset();
    }
    this.#reason = null;
    if (this.#keptEdits === null || this.#keptEdits.isReady) this.#open();
    else this.#restore(this.#keptEdits);
  }

  /** Restores the kept edits of all documents, and connects. @param {KeptEdits} keptEdits */
  async #restore(keptEdits) {
    this.#isRestoring = true;
    this.#become("connecting");
    await keptEdits.claim();
    for (const document of this.#documents.values()) this.#restoreDocument(document);
    if (!this.#isRestoring) return; // closed in the meantime
    this.#isRestoring = false;
    this.#open();
  }

  /** @param {SyncedDocument} document */
  #restoreDocument(document) {
    const entry = this.#keptEdits?.load(document.key, document.state);
    if (entry) document.restore(entry);
  }

  /** The page is hidden or closed, and may not come back. */
  #leave() {
    this.flush();
    if (this.#keptEdits) for (const document of this.#documents.values()) document.keep();
  }

  close() {
    this.flush();
    this.#stop(null);
  }

  /** @param {string} name @param {(value: any) => unknown} listener @returns {() => void} */
  on(name, listener) {
    return this.#signals.on(name, listener);
  }

  /** @param {string} type @param {(data: any) => unknown} handler @returns {() => void} */
  onEvent(type, handler) {
    checkOwnType(type);
    this.#eventHandlers.set(type, handler);
    return () => {
      if (this.#eventHandlers.get(type) === handler) this.#eventHandlers.delete(type);
    };
  }

  /**
   * @param {string} key
   * @param {any} [initial]
   * @param {any} [options]
   * @returns {SyncedDocument}
   */
  document(key, initial = {}, options = {}) {
    const known = this.#documents.get(key);
    if (known) return known;
    const document = new SyncedDocument(key, initial, options, {
      isConnected: () => this.#isConnected(),
      isCongested: () => (this.#socket?.bufferedAmount ?? 0) > CONGESTED,
      send: (type, data) => this.#send(type, data),
      sendBytes: (type, metadata, bytes) => this.#sendBytes(type, metadata, bytes),
      flush: () => this.flush(),
      keep: this.#keptEdits ? (changed, entry) => this.#keptEdits?.save(changed.key, entry) : undefined,
    });
    this.#documents.set(key, document);
    if (this.#keptEdits?.isReady) this.#restoreDocument(document);
    if (this.#status === "connected") document.join();
    return document;
  }

  flush() {
    for (const document of this.#documents.values()) document.flush();
  }

  /** @param {string} type @param {any} [data] */
  send(type, data) {
    checkOwnType(type);
    this.flush();
    return this.#send(type, data);
  }

  /** Sends a text frame without checking it, for tools. @param {string} text */
  sendText(text) {
    return this.#transmit(text);
  }

  /** Makes the next attempt to connect now. */
  retry() {
    if (this.#status === "disconnected") this.#open();
  }

  /** The page is shown again, or the network is back: the connection may be dead. */
  #wake() {
    this.retry();
    if (this.#status === "connected") this.#liveness.check();
  }

  /** Requests the smallest state, which the server must answer. @returns {boolean} false if there is none */
  #probe() {
    const [smallest] = this.documents
      .filter((document) => document.isFollowing)
      .sort((one, other) => sizeOf(one.state) - sizeOf(other.state));
    return smallest?.fetchState() ?? false;
  }

  // The connection

  #open() {
    this.#timers.clear();
    this.#retryAt = null;
    this.#pairing = new Pairing(); // binary-per-connection
    this.#wasRequested = false;
    let socket;
    try {
      socket = new this.#WebSocket(this.#url); // connection-no-subprotocol
    } catch (error) {
      if (this.failures === 0) report(error); // the others of a row are most likely the same
      return this.#lost();
    }
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    /** Ignores events of an older connection. @param {(event: any) => void} act */
    const current = (act) => (/** @type {any} */ event) => {
      if (this.#socket === socket) act(event);
    };
    socket.onopen = current(() => this.#timers.after(this.#times.quietFor, () => this.#connected()));
    socket.onmessage = current(({ data }) => this.#receive(typeof data === "string" ? data : new Uint8Array(data)));
    socket.onclose = current(() => this.#lost());
    socket.onerror = () => {}; // `close` follows
    this.#timers.after(this.#times.openWithin, () => this.#lost());
    this.#become("connecting");
  }

  #connected() {
    if (this.#status !== "connecting") return; // connected already, or closed by a listener
    this.#timers.clear();
    this.#connectedAt = Date.now();
    this.#liveness.start();
    this.#become("connected");
    for (const document of this.#documents.values()) if (this.#isConnected()) document.open();
  }

  #lost() {
    const wasSteady = this.#status === "connected" && Date.now() - this.#connectedAt >= this.#times.steadyAfter;
    this.#drop();
    if (wasSteady) this.#backoff.reset();
    const wait = this.#backoff.next();
    this.#retryAt = Date.now() + wait;
    this.#timers.after(wait, () => this.#open()); // session-reconnect
    this.#become("disconnected");
  }

  /** @param {string | null} reason */
  #stop(reason) {
    this.#isRestoring = false;
    this.#drop();
    this.#unwatch();
    this.#retryAt = null;
    this.#reason = reason;
    this.#become("stopped"); // session-disconnect-final
  }

  /** Closes and forgets the WebSocket. */
  #drop() {
    this.#timers.clear();
    const socket = this.#socket;
    this.#socket = null;
    try {
      socket?.close();
    } catch (error) {
      report(error);
    }
    for (const document of this.#documents.values()) document.lose();
    this.#liveness.stop(); // after that, because it ends the doubt
  }

  /** @param {Status} status */
  #become(status) {
    this.#status = status;
    this.#signals.emit("status", this);
  }

  // Receiving

  /** @param {string | Uint8Array} frame */
  #receive(frame) {
    this.#liveness.hear();
    for (const document of this.#documents.values()) document.hear(Date.now());
    /** @type {Event | null} */ let event = null;
    try {
      event = typeof frame === "string" ? read(frame) : this.#pairing.complete(frame);
      this.#signals.emit("received", { frame, event });
      this.#act(event, typeof frame === "string");
    } catch (error) {
      if (event === null) this.#signals.emit("received", { frame, event });
      if (error instanceof MalformedFrame)
        for (const document of this.#documents.values()) document.doubt(); // it may have been a patch
      else if (!(error instanceof Refused)) report(error);
      const verdict = error instanceof MalformedFrame ? "malformed" : "refused";
      this.#signals.emit("problem", { frame, event, verdict, reason: String(/** @type {any} */ (error).message) });
    }
  }

  /**
   * @param {Event} event
   * @param {boolean} isText whether it was a text frame
   * @throws {Refused} if its data is invalid
   */
  #act(event, isText) {
    if (event.type === REQUEST_USER_SESSION) return this.#introduce();
    this.#connected();
    if (this.#status !== "connected") return; // closed by a listener
    if (event.type === BIN_META && isText) return this.#pairing.announce(event);
    if (!this.#isKnown(event) || !this.#carryOut(event)) {
      this.#signals.emit("problem", { frame: null, event, verdict: "ignored", reason: `no handler for ${event.type}` });
    }
  }

  /** @param {Event} event */
  #isKnown(event) {
    try {
      return this.#eventHandlers.has(event.type) || check(event);
    } catch (error) {
      if (event.key !== null && (event.name === SET || event.name === PATCH)) this.#documents.get(event.key)?.doubt();
      throw error;
    }
  }

  /** @param {Event} event an event with a known type @returns {boolean} whether something handles it */
  #carryOut(event) {
    const handler = this.#eventHandlers.get(event.type);
    if (handler) callSafely(handler, event.data);
    else if (event.type === TOAST) this.#signals.emit("toast", event.data);
    else if (event.type === DOWNLOAD)
      this.#signals.emit("download", { filename: event.data.filename, bytes: bytesOf(event.data.data) });
    else if (event.type === DISCONNECT) this.#stop(event.data);
    else return this.#documents.get(/** @type {string} */ (event.key))?.receive(event) ?? false; // events-unknown-key
    return true;
  }

  /** Sends the identity, once per connection: it must be the first event (session-identify-answer). */
  #introduce() {
    if (this.#wasRequested) return;
    this.#wasRequested = true;
    const socket = this.#socket;
    /** @param {any} identity */
    const answer = (identity) => {
      if (this.#socket !== socket) return;
      this.#transmit(write(USER_SESSION, checked(identity)));
      this.#connected();
    };
    /** @param {unknown} error */
    const fail = (error) => {
      report(error);
      if (this.#socket === socket) this.#lost();
    };
    try {
      const identity = this.#identify();
      if (typeof identity?.then === "function") identity.then(answer).catch(fail);
      else answer(identity);
    } catch (error) {
      fail(error);
    }
  }

  // Sending

  /** @param {string} type @param {any} [data] */
  #send(type, data) {
    const text = write(type, data);
    if (!this.#isConnected() || !this.#transmit(text)) return false;
    this.#liveness.edit();
    return true;
  }

  /** @param {string} type @param {any} metadata @param {Uint8Array} bytes */
  #sendBytes(type, metadata, bytes) {
    const text = write(BIN_META, { type, metadata });
    return this.#isConnected() && this.#transmit(text) && this.#transmit(bytes); // binary-pair
  }

  #isConnected() {
    return this.#status === "connected" && this.#socket?.readyState === 1;
  }

  /** @param {any} frame */
  #transmit(frame) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(frame);
    this.#signals.emit("sent", { frame });
    return true;
  }
}
