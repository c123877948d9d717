/**
 * A session: one server, one connection at a time, and the documents that outlive it.
 *
 *     stopped --connect()--> connecting --first event--> connected
 *     connecting, connected --lost--> disconnected --waiting time is over--> connecting
 *     any --_DISCONNECT, close()--> stopped
 *
 * A connection counts as *connected* with its first event, since an endpoint may begin with the identification, before
 * which nothing else may be sent; or when the server has been silent for a while, as one is that announces nothing.
 * Nothing that a server sends throws, ends the connection or changes anything but the document that it is for.
 */

import { Backoff } from "./backoff.js";
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
  read,
  write,
} from "./events.js";
import { checked, storedIdentity } from "./identity.js";
import { MalformedFrame } from "./json.js";
import { watchPage } from "./page.js";
import { Pairing } from "./pairing.js";
import { Refused } from "./pointer.js";
import { Signal, callSafely, tell } from "./signal.js";

/** @typedef {import("./events.js").Event} Event */
/** @typedef {"stopped" | "connecting" | "connected" | "disconnected"} Status */

/** A server that leaves this many bytes unread is sent no more states until it has read. */
const CONGESTED = 1 << 20;

const SIGNALS = /** @type {const} */ (["status", "toast", "download", "sent", "received", "problem"]);

/** @type {{firstDelay: number, maxDelay: number, steadyAfter: number, openWithin: number, quietFor: number}} */
const TIMES = {
  firstDelay: 250, // of the first wait after a loss; each later one is up to twice as long
  maxDelay: 10_000,
  steadyAfter: 3000, // a connection that ends sooner counts as a failed attempt
  openWithin: 10_000, // an attempt that takes longer has failed
  quietFor: 1000, // after which a silent server is taken for one that does not ask who is there
};

export class Session {
  #url;
  #identify;
  #WebSocket;
  #times;
  #backoff;
  /** @type {Map<string, SyncedDocument>} */ #documents = new Map();
  /** @type {Map<string, (data: any) => unknown>} */ #eventHandlers = new Map();
  #signals = Object.fromEntries(SIGNALS.map((name) => [name, /** @type {Signal<any>} */ (new Signal())]));
  /** @type {Status} */ #status = "stopped";
  /** @type {WebSocket | null} */ #socket = null;
  #pairing = new Pairing();
  /** Whether the server has asked who is there on this connection. */
  #wasAsked = false;
  #connectedAt = 0;
  #unwatch = () => {};
  /** @type {Set<ReturnType<typeof setTimeout>>} */ #timers = new Set();
  /** @type {number | null} */ #retryAt = null;
  /** @type {string | null} */ #reason = null;

  /**
   * @param {string | URL} url
   * @param {any} [options]
   */
  constructor(url, { identify, WebSocket = globalThis.WebSocket, ...times } = {}) {
    this.#url = webSocketUrl(url);
    this.#identify = identify ?? (() => storedIdentity(this.#url));
    this.#WebSocket = WebSocket;
    const unknown = Object.keys(times).find((name) => !Object.hasOwn(TIMES, name));
    if (unknown !== undefined) throw new TypeError(`a session has no option ${unknown}`);
    this.#times = { ...TIMES, ...times };
    this.#backoff = new Backoff({ first: this.#times.firstDelay, most: this.#times.maxDelay });
    if (typeof this.#WebSocket !== "function") throw new TypeError("there is no WebSocket here: give one as an option");
  }

  get url() {
    return this.#url;
  }

  get status() {
    return this.#status;
  }

  /** Why it was stopped: the text of `_DISCONNECT`. */
  get reason() {
    return this.#reason;
  }

  /** When the next attempt is due, in milliseconds of `Date.now()`. */
  get retryAt() {
    return this.#retryAt;
  }

  /** How many attempts have failed in a row. */
  get failures() {
    return this.#backoff.failures;
  }

  /** Whether there ever was a connection: where none came about, the address may be wrong. */
  get wasConnected() {
    return this.#connectedAt > 0;
  }

  get documents() {
    return [...this.#documents.values()];
  }

  // Life

  connect() {
    if (this.#socket) return;
    if (this.#status === "stopped") {
      this.#unwatch = watchPage(this);
      this.#backoff.reset();
    }
    this.#reason = null;
    this.#open();
  }

  close() {
    this.flush();
    this.#stop(null);
  }

  /** @param {string} name @param {(value: any) => unknown} listener @returns {() => void} */
  on(name, listener) {
    if (!Object.hasOwn(this.#signals, name)) throw new TypeError(`a session has no ${name} to listen to`);
    return this.#signals[name].add(listener);
  }

  /** @param {string} type @param {(data: any) => unknown} handler @returns {() => void} */
  onEvent(type, handler) {
    ownEvent(type);
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
    });
    this.#documents.set(key, document);
    if (this.#status === "connected") document.join();
    return document;
  }

  flush() {
    for (const document of this.#documents.values()) document.flush();
  }

  /** @param {string} type @param {any} [data] */
  send(type, data) {
    ownEvent(type);
    this.flush();
    return this.#send(type, data);
  }

  /** Sends a text frame as it is, whatever it holds: for tools that show what a server does with it. @param {string} text */
  sendText(text) {
    return this.#transmit(text);
  }

  /** Tries now what would be tried later. */
  retry() {
    if (this.#status === "disconnected") this.#open();
  }

  // The connection

  #open() {
    this.#clearTimers();
    this.#retryAt = null;
    this.#pairing = new Pairing(); // binary-per-connection
    this.#wasAsked = false;
    const socket = new this.#WebSocket(this.#url); // connection-no-subprotocol
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    /** What an older connection still says is not heard. @param {(event: any) => void} act */
    const current = (act) => (/** @type {any} */ event) => {
      if (this.#socket === socket) act(event);
    };
    socket.onopen = current(() => this.#after(this.#times.quietFor, () => this.#connected()));
    socket.onmessage = current(({ data }) => this.#receive(typeof data === "string" ? data : new Uint8Array(data)));
    socket.onclose = current(() => this.#lost());
    socket.onerror = () => {}; // `close` follows, and says no less
    this.#after(this.#times.openWithin, () => this.#lost());
    this.#become("connecting");
  }

  #connected() {
    if (this.#status !== "connecting") return; // it is already, or a listener has just closed it
    this.#clearTimers();
    this.#connectedAt = Date.now();
    this.#become("connected");
    for (const document of this.#documents.values()) if (this.#isConnected()) document.open();
  }

  #lost() {
    const wasSteady = this.#status === "connected" && Date.now() - this.#connectedAt >= this.#times.steadyAfter;
    this.#drop();
    if (wasSteady) this.#backoff.reset();
    const wait = this.#backoff.next();
    this.#retryAt = Date.now() + wait;
    this.#after(wait, () => this.#open()); // session-reconnect
    this.#become("disconnected");
  }

  /** @param {string | null} reason */
  #stop(reason) {
    this.#drop();
    this.#unwatch();
    this.#retryAt = null;
    this.#reason = reason;
    this.#become("stopped"); // session-disconnect-final
  }

  /** Lets go of the WebSocket. */
  #drop() {
    this.#clearTimers();
    const socket = this.#socket;
    this.#socket = null;
    try {
      socket?.close();
    } catch (error) {
      tell(error);
    }
    for (const document of this.#documents.values()) document.lose();
  }

  /** @param {Status} status */
  #become(status) {
    this.#status = status;
    this.#signals.status.emit(this);
  }

  // In

  /** @param {string | Uint8Array} frame */
  #receive(frame) {
    for (const document of this.#documents.values()) document.hear(Date.now());
    /** @type {Event | null} */ let event = null;
    try {
      event = typeof frame === "string" ? read(frame) : this.#pairing.complete(frame);
      this.#signals.received.emit({ frame, event });
      this.#act(event, typeof frame === "string");
    } catch (error) {
      if (event === null) this.#signals.received.emit({ frame, event });
      if (error instanceof MalformedFrame)
        for (const document of this.#documents.values()) document.doubt(); // what did it say?
      else if (!(error instanceof Refused)) tell(error);
      const verdict = error instanceof MalformedFrame ? "malformed" : "refused";
      this.#signals.problem.emit({ frame, event, verdict, reason: String(/** @type {any} */ (error).message) });
    }
  }

  /**
   * @param {Event} event
   * @param {boolean} isText whether it came without bytes
   * @throws {Refused} its data is not as it has to be
   */
  #act(event, isText) {
    if (event.type === REQUEST_USER_SESSION) return this.#introduce();
    this.#connected();
    if (this.#status !== "connected") return; // a listener has closed it
    if (event.type === BIN_META && isText) return this.#pairing.announce(event);
    if (!this.#isKnown(event) || !this.#carryOut(event)) {
      this.#signals.problem.emit({ frame: null, event, verdict: "ignored", reason: `no handler for ${event.type}` });
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

  /** @param {Event} event which is known @returns {boolean} whether there is someone that it is for */
  #carryOut(event) {
    const handler = this.#eventHandlers.get(event.type);
    if (handler) callSafely(handler, event.data);
    else if (event.type === TOAST) this.#signals.toast.emit(event.data);
    else if (event.type === DOWNLOAD)
      this.#signals.download.emit({ filename: event.data.filename, bytes: bytesOf(event.data.data) });
    else if (event.type === DISCONNECT) this.#stop(event.data);
    else return this.#documents.get(/** @type {string} */ (event.key))?.receive(event) ?? false; // events-unknown-key
    return true;
  }

  /** Once on a connection: a later answer could not be its first event (session-identify-answer). */
  #introduce() {
    if (this.#wasAsked) return;
    this.#wasAsked = true;
    const socket = this.#socket;
    /** @param {any} identity */
    const answer = (identity) => {
      if (this.#socket !== socket) return;
      this.#transmit(write(USER_SESSION, checked(identity)));
      this.#connected();
    };
    /** @param {unknown} error */
    const fail = (error) => {
      tell(error);
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

  // Out

  /** @param {string} type @param {any} [data] */
  #send(type, data) {
    const text = write(type, data);
    return this.#isConnected() && this.#transmit(text);
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
    this.#signals.sent.emit({ frame });
    return true;
  }

  // Timers

  /** @param {number} milliseconds @param {() => void} act */
  #after(milliseconds, act) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, milliseconds);
    this.#timers.add(timer);
  }

  #clearTimers() {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}

/** events-custom. @param {string} type */
function ownEvent(type) {
  if (typeof type !== "string" || type.startsWith("_"))
    throw new TypeError("an event of an application has a name without an underscore in front");
}

/**
 * The address as a browser wants it; one without a host is on the page's own.
 * @param {string | URL} url
 * @returns {string}
 */
function webSocketUrl(url) {
  const made = new URL(url, globalThis.location?.href);
  made.protocol = { "http:": "ws:", "https:": "wss:" }[made.protocol] ?? made.protocol;
  made.hash = "";
  if (made.protocol !== "ws:" && made.protocol !== "wss:") throw new TypeError(`no address of a WebSocket: ${url}`);
  return made.href;
}
