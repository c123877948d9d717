/**
 * A document as an application uses it: its state, edits, calls, and the client's actions.
 *
 * An edit changes the state here at once, and the server's with the next `sync`. While the document does not follow the
 * server (no connection, no state yet, or the copy is known to be wrong), edits are kept; what was to be synced goes out
 * as soon as it follows again. `copy.js` rules what becomes of them.
 */

import { Copy } from "./copy.js";
import { ACTION, GET, PATCH, SET, TASK_CANCEL, TASK_START } from "./events.js";
import { isObject } from "./json.js";
import { apply } from "./patch.js";
import { Refused } from "./pointer.js";
import { Signal, callSafely } from "./signal.js";

/** @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {import("./patch.js").Operation} Operation */
/** @typedef {(arguments_: any, name: string) => unknown} Handler */

/**
 * What a document needs of its session.
 * @typedef {object} Link
 * @property {() => boolean} isConnected
 * @property {() => boolean} isCongested whether the server does not read what was sent
 * @property {(type: string, data: any) => boolean} send false: there is no connection
 * @property {(type: string, metadata: JsonObject, bytes: Uint8Array) => boolean} sendBytes
 * @property {() => void} flush sends what waits to be synced, of all documents
 */

/** A server that announces a document does it at once; after this many milliseconds it is asked. */
const ANNOUNCED_WITHIN = 1000;

/** The server is not asked again for a state within this many milliseconds, whatever it answers. */
const ASK_AGAIN_AFTER = 1000;

/** What the server asks for while it does not read is sent this many milliseconds later, if it does then. */
const ANSWER_AGAIN_AFTER = 50;

/** Something that arrives this many milliseconds after an edit was sent shows that the edit has arrived. */
const DELIVERED_AFTER = 2000;

export class SyncedDocument {
  #copy;
  #link;
  #debounce;
  #isLazy;
  /** Whether the server's state has arrived on this connection. */
  #follows = false;
  /** Whether the copy is known to be wrong: a patch could not be applied, or a frame was lost. */
  #isWrong = false;
  /** Whether there was a `sync` that could not send. */
  #isWanted = false;
  #sentAt = 0;
  #askedAt = -Infinity;
  /** How many questions of the server wait until it reads: a state for each would fill the memory. */
  #owed = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #answering;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #asking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #syncing;
  /** @type {Map<string, Handler>} */ #handlers = new Map();
  /** @type {Handler | undefined} */ #otherHandler;
  /** @type {Signal<SyncedDocument>} */ #changes = new Signal();
  /** @type {{state: JsonObject, isSynced: boolean, isFollowing: boolean}} */ #snapshot;

  /**
   * @param {string} key
   * @param {JsonObject} initial
   * @param {{debounce?: number, lazy?: boolean}} options
   * @param {Link} link
   */
  constructor(key, initial, { debounce = 0, lazy = false }, link) {
    this.key = key;
    this.#copy = new Copy(initial);
    this.#link = link;
    this.#debounce = debounce;
    this.#isLazy = lazy;
    this.#snapshot = this.#look();
  }

  get state() {
    return this.#copy.state;
  }

  get isFollowing() {
    return this.#follows && !this.#isWrong;
  }

  get isSynced() {
    return this.isFollowing && !this.#copy.isPending;
  }

  get snapshot() {
    return this.#snapshot;
  }

  /** @param {(document: SyncedDocument) => unknown} listener @returns {() => void} */
  subscribe(listener) {
    return this.#changes.add(listener);
  }

  // Edits

  /** @param {JsonObject | ((state: JsonObject) => JsonObject)} values */
  set(values) {
    const given = typeof values === "function" ? values(this.state) : values;
    if (!isObject(given)) throw new TypeError("attributes are given as an object");
    this.#edit({ ...this.state, ...given });
  }

  /** @param {readonly Operation[]} operations */
  patch(operations) {
    this.#edit(/** @type {JsonObject} */ (apply(this.state, /** @type {any} */ (operations))));
  }

  /** @param {JsonObject} state */
  replace(state) {
    this.#edit(state);
  }

  /** @param {JsonObject} next */
  #edit(next) {
    if (this.#copy.edit(next)) this.#changed();
  }

  /** @param {{debounce?: number}} [options] */
  sync({ debounce = this.#debounce } = {}) {
    if (debounce > 0) {
      clearTimeout(this.#syncing);
      this.#syncing = setTimeout(() => this.#push(), debounce);
    } else {
      this.#push();
    }
  }

  /** Sends what waits for its time to be synced. */
  flush() {
    if (this.#syncing !== undefined) this.#push();
  }

  #push() {
    clearTimeout(this.#syncing);
    this.#syncing = undefined;
    if (!this.isFollowing || !this.#link.isConnected()) {
      this.#isWanted = true;
      return;
    }
    this.#isWanted = false;
    const patch = this.#copy.take();
    if (patch.length === 0) return;
    this.#sentAt = Date.now();
    this.#link.send(`${PATCH}:${this.key}`, patch);
    this.#changed();
  }

  fetchState() {
    this.#askedAt = -Infinity; // the user may ask at any time
    return this.#ask();
  }

  sendState() {
    if (!this.#link.isConnected()) {
      this.#isWanted = true;
      return false;
    }
    clearTimeout(this.#syncing);
    this.#syncing = undefined;
    this.#isWanted = false;
    this.#sentAt = Date.now();
    this.#link.send(`${SET}:${this.key}`, this.#copy.takeAll());
    this.#changed();
    return true;
  }

  // Calls

  /** @param {string} name @param {JsonObject} [given] */
  call(name, given) {
    return this.#callOut(ACTION, name, given);
  }

  /** @param {string} name @param {JsonObject} [given] */
  start(name, given) {
    return this.#callOut(TASK_START, name, given);
  }

  /** @param {string} name @param {JsonObject} [given] */
  cancel(name, given) {
    return this.#callOut(TASK_CANCEL, name, given);
  }

  /** @param {string} name @param {ArrayBuffer | ArrayBufferView} bytes @param {JsonObject} [given] */
  callWithBytes(name, bytes, given) {
    return this.#callOut(ACTION, name, given, bytes);
  }

  /** @param {string} name @param {ArrayBuffer | ArrayBufferView} bytes @param {JsonObject} [given] */
  startWithBytes(name, bytes, given) {
    return this.#callOut(TASK_START, name, given, bytes);
  }

  /**
   * @param {string} event
   * @param {string} name
   * @param {JsonObject} given
   * @param {ArrayBuffer | ArrayBufferView} [bytes]
   */
  #callOut(event, name, given = {}, bytes) {
    if (typeof name !== "string") throw new TypeError("the name of an action or a task is a string");
    if (!isObject(given)) throw new TypeError("arguments are given as an object");
    const reserved = ["type", ...(bytes === undefined ? [] : ["data"])].find((taken) => Object.hasOwn(given, taken));
    if (reserved !== undefined) throw new TypeError(`an argument can't be called ${reserved}`); // actions-shape, binary-reserved
    const type = `${event}:${this.key}`;
    const data = { type: name, ...given };
    this.#link.flush(); // so that the server has the edits that came before
    return bytes === undefined ? this.#link.send(type, data) : this.#link.sendBytes(type, data, view(bytes));
  }

  /** @param {string} name @param {Handler} handler @returns {() => void} */
  onAction(name, handler) {
    this.#handlers.set(name, handler);
    return () => {
      if (this.#handlers.get(name) === handler) this.#handlers.delete(name);
    };
  }

  /** @param {Handler} handler @returns {() => void} */
  onOtherAction(handler) {
    this.#otherHandler = handler;
    return () => {
      if (this.#otherHandler === handler) this.#otherHandler = undefined;
    };
  }

  // The session

  /** A connection is there. */
  open() {
    this.#follows = this.#isWrong = false;
    this.#askedAt = -Infinity;
    if (this.#isLazy) this.#ask();
    else this.#askLater(ANNOUNCED_WITHIN);
    this.#changed();
  }

  /** The document was made when the connection was there already. */
  join() {
    this.open();
    this.#ask();
  }

  /** The connection is gone. */
  lose() {
    clearTimeout(this.#asking);
    clearTimeout(this.#answering);
    this.#owed = 0;
    this.#follows = this.#isWrong = false;
    this.#changed();
  }

  /** Something has arrived from the server. @param {number} now */
  hear(now) {
    if (this.#copy.isUnconfirmed && now - this.#sentAt >= DELIVERED_AFTER) this.#copy.confirm();
  }

  /** The copy may be wrong: something could not be read. */
  doubt() {
    if (!this.#follows) return;
    this.#isWrong = true;
    this.#ask();
    this.#changed();
  }

  /**
   * Acts on an event for this key, whose data is as it has to be.
   * @param {import("./events.js").Event} event
   * @returns {boolean} false: it is a call of an action that is not there (actions-unknown)
   * @throws {Refused} it is a patch that can't be applied
   */
  receive({ name, data }) {
    if (name === SET) this.#receiveState(data);
    else if (name === PATCH) this.#receivePatch(data);
    else if (name === GET) {
      this.#owed += 1;
      this.#answer(); // state-get, state-get-data
    } else return this.#run(data);
    return true;
  }

  /** @param {JsonObject} data */
  #receiveState(data) {
    clearTimeout(this.#asking);
    this.#askedAt = -Infinity;
    const restored = this.#copy.replace(data, !this.#follows);
    this.#follows = true;
    this.#isWrong = false;
    if (restored || this.#isWanted) this.#push();
    this.#changed();
  }

  /** @param {any} patch */
  #receivePatch(patch) {
    try {
      if (!this.#follows) throw new Refused("a patch came before the state");
      this.#copy.patch(patch);
    } catch (error) {
      this.#isWrong = true;
      this.#ask(); // state-ask-again
      this.#changed();
      throw error;
    }
    this.#changed();
  }

  /** @param {any} data */
  #run(data) {
    const { type, ...given } = data;
    const handler = this.#handlers.get(type) ?? this.#otherHandler;
    if (handler) callSafely(handler, given, type);
    return handler !== undefined;
  }

  #answer() {
    clearTimeout(this.#answering);
    while (this.#owed > 0 && !this.#link.isCongested()) {
      this.#owed -= 1;
      this.sendState();
    }
    if (this.#owed > 0) this.#answering = setTimeout(() => this.#answer(), ANSWER_AGAIN_AFTER);
  }

  // Asking

  /** Asks for the state, or does it later if that was a moment ago. @returns {boolean} false: there is no connection */
  #ask() {
    const rest = this.#askedAt + ASK_AGAIN_AFTER - Date.now();
    if (rest > 0) {
      this.#askLater(rest);
      return true;
    }
    clearTimeout(this.#asking);
    if (!this.#link.send(`${GET}:${this.key}`, {})) return false;
    this.#askedAt = Date.now();
    return true;
  }

  /** @param {number} wait */
  #askLater(wait) {
    clearTimeout(this.#asking);
    this.#asking = setTimeout(() => {
      if (!this.isFollowing) this.#ask();
    }, wait);
  }

  #look() {
    return { state: this.state, isSynced: this.isSynced, isFollowing: this.isFollowing };
  }

  #changed() {
    const [before, now] = [this.#snapshot, this.#look()];
    if (before.state === now.state && before.isSynced === now.isSynced && before.isFollowing === now.isFollowing)
      return;
    this.#snapshot = now;
    this.#changes.emit(this);
  }
}

/** @param {ArrayBuffer | ArrayBufferView} bytes */
function view(bytes) {
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (Object.prototype.toString.call(bytes) === "[object ArrayBuffer]") return new Uint8Array(bytes);
  throw new TypeError("bytes are an ArrayBuffer or a view of one; of a File, `await file.arrayBuffer()`");
}
