/**
 * The public interface of a document: its state, edits, calls of the server, and the actions that the server can call.
 *
 * An edit changes the local state at once, and the server's state with the next `sync`. While the document does not
 * follow the server (no connection, no state yet, or the replica may be wrong), edits are kept. Those that `sync` was
 * called for are sent as soon as the document follows again. `replica.js` merges them into the new state.
 */

import { Replica } from "./replica.js";
import { Actions, bytesView, callData } from "./calls.js";
import { ACTION, GET, PATCH, SET, TASK_CANCEL, TASK_START } from "./events.js";
import { isObject } from "./json.js";
import { apply } from "./patch.js";
import { Refused } from "./pointer.js";
import { Signal } from "./signal.js";

/** @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {import("./patch.js").Operation} Operation */
/** @typedef {import("./calls.js").Handler} Handler */

/**
 * The interface of the session that a document needs.
 * @typedef {object} Connection
 * @property {() => boolean} isConnected
 * @property {() => boolean} isCongested whether the server does not read what is sent
 * @property {(type: string, data: any) => boolean} send returns false if there is no connection
 * @property {(type: string, metadata: JsonObject, bytes: Uint8Array) => boolean} sendBytes
 * @property {() => void} flush sends the debounced edits of all documents
 * @property {(document: SyncedDocument, entry: import("./kept-edits.js").Entry | null) => void} [keep] keeps edits over a reload
 */

/** Milliseconds after which the client requests the state of a document that the server has not announced. */
const ANNOUNCED_WITHIN = 1000;

/** Milliseconds between two automatic requests for the same state. */
const ASK_AGAIN_AFTER = 1000;

/** Milliseconds after which the client checks again whether a congested server reads. */
const ANSWER_AGAIN_AFTER = 50;

/** Milliseconds after an edit in which it is kept for a reload. */
const KEPT_WITHIN = 200;

/** A frame that arrives this many milliseconds after an edit was sent confirms the edit. */
const DELIVERED_AFTER = 2000;

export class SyncedDocument {
  #replica;
  #connection;
  #debounce;
  #isLazy;
  /** Whether the server's state has arrived on this connection. */
  #follows = false;
  /** Whether the replica may be wrong: a patch could not be applied, or a frame could not be read. */
  #isWrong = false;
  /** Whether a `sync` could not send. */
  #isWanted = false;
  /** The sends that are not confirmed: the mark after each, and its time. @type {{mark: number, at: number}[]} */
  #sends = [];
  /** The marks of the requests that have no answer yet, of the earliest first. @type {number[]} */
  #requests = [];
  #askedAt = -Infinity;
  /** The number of unanswered requests of a server that does not read: queued states would exhaust the memory. */
  #owed = 0;
  /** Whether the connection may be dead. */
  #isInDoubt = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #answering;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #asking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #syncing;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #keeping;
  /** Whether the edits of an earlier page were restored, and the server's state has not arrived yet. */
  #isRestored = false;
  #actions = new Actions();
  /** @type {Signal<SyncedDocument>} */ #changes = new Signal();
  /** @type {{state: JsonObject, isSynced: boolean, isFollowing: boolean}} */ #snapshot;

  /**
   * @param {string} key
   * @param {JsonObject} initial
   * @param {{debounce?: number, lazy?: boolean}} options
   * @param {Connection} connection
   */
  constructor(key, initial, { debounce = 0, lazy = false }, connection) {
    this.key = key;
    this.#replica = new Replica(initial);
    this.#connection = connection;
    this.#debounce = debounce;
    this.#isLazy = lazy;
    this.#snapshot = this.#look();
  }

  get state() {
    return this.#replica.value;
  }

  get isFollowing() {
    return this.#follows && !this.#isWrong;
  }

  get isSynced() {
    return this.isFollowing && !this.#isInDoubt && !this.#replica.isPending;
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
    if (!isObject(given)) throw new TypeError("the attributes must be an object");
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
    if (!this.#replica.edit(next)) return;
    this.#keepSoon();
    this.#changed();
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

  /** Sends debounced edits now. */
  flush() {
    if (this.#syncing !== undefined) this.#push();
  }

  #push() {
    clearTimeout(this.#syncing);
    this.#syncing = undefined;
    this.#keepSoon();
    if (!this.isFollowing || !this.#connection.isConnected()) {
      this.#isWanted = true;
      return;
    }
    this.#isWanted = false;
    const patch = this.#replica.takePatch();
    if (patch.length === 0) return;
    this.#noteSend();
    this.#connection.send(`${PATCH}:${this.key}`, patch);
    this.#changed();
  }

  #noteSend() {
    this.#keepSoon();
    this.#sends.push({ mark: this.#replica.mark, at: Date.now() });
  }

  fetchState() {
    this.#askedAt = -Infinity; // requests of the user are not limited
    return this.#ask();
  }

  sendState() {
    if (!this.#connection.isConnected()) {
      this.#isWanted = true;
      return false;
    }
    clearTimeout(this.#syncing);
    this.#syncing = undefined;
    this.#isWanted = false;
    const state = this.#replica.takeState();
    this.#noteSend();
    this.#connection.send(`${SET}:${this.key}`, state);
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
    const data = callData(name, given, bytes !== undefined);
    const type = `${event}:${this.key}`;
    this.#connection.flush(); // the server must have the earlier edits
    return bytes === undefined ? this.#connection.send(type, data) : this.#connection.sendBytes(type, data, bytesView(bytes));
  }

  /** @param {string} name @param {Handler} handler */
  onAction(name, handler) {
    return this.#actions.on(name, handler);
  }

  /** @param {Handler} handler */
  onOtherAction(handler) {
    return this.#actions.onOther(handler);
  }

  // The session

  /** Starts to follow the server on a new connection. */
  open() {
    this.#follows = this.#isWrong = false;
    this.#askedAt = -Infinity;
    if (this.#isLazy) this.#ask();
    else this.#askLater(ANNOUNCED_WITHIN);
    this.#changed();
  }

  /** Starts to follow the server on a connection that was open before the document was created. */
  join() {
    this.open();
    this.#ask();
  }

  /** Stops following the server: the connection has ended. */
  lose() {
    clearTimeout(this.#asking);
    clearTimeout(this.#answering);
    this.#owed = 0;
    this.#sends = [];
    this.#requests = [];
    this.#follows = this.#isWrong = false;
    this.#changed();
  }

  /** Records that a frame has arrived. @param {number} now */
  hear(now) {
    const later = this.#sends.findIndex(({ at }) => now - at < DELIVERED_AFTER);
    const sends = this.#sends.splice(0, later < 0 ? this.#sends.length : later);
    for (const { mark } of sends) this.#replica.confirm(mark);
    if (sends.length > 0) this.#keepSoon();
  }

  /** Records whether the connection may be dead. @param {boolean} isInDoubt */
  doubtConnection(isInDoubt) {
    this.#isInDoubt = isInDoubt;
    this.#changed();
  }

  /** Requests the state, because a frame could not be read and the replica may be wrong. */
  doubt() {
    if (!this.#follows) return;
    this.#isWrong = true;
    this.#ask();
    this.#changed();
  }

  /**
   * Handles an event for this key with valid data.
   * @param {import("./events.js").Event} event
   * @returns {boolean} false if it calls an action without a handler (actions-unknown)
   * @throws {Refused} if it is a patch that can't be applied
   */
  receive({ name, data }) {
    if (name === SET) this.#receiveState(data);
    else if (name === PATCH) this.#receivePatch(data);
    else if (name === GET) {
      this.#owed += 1;
      this.#answer(); // state-get, state-get-data
    } else return this.#actions.run(data);
    return true;
  }

  /** @param {JsonObject} data */
  #receiveState(data) {
    clearTimeout(this.#asking);
    this.#askedAt = -Infinity;
    if (this.#isRestored && Object.keys(this.#replica.versions[0]).some((name) => !Object.hasOwn(data, name))) {
      this.#replica = new Replica(data); // the kept edits belong to another kind of document
    }
    this.#isRestored = false;
    const restored = this.#replica.applyState(data, !this.#follows, this.#requests.shift());
    this.#follows = true;
    this.#isWrong = false;
    if (restored || this.#isWanted) this.#push();
    this.#keepSoon();
    this.#changed();
  }

  /** @param {any} patch */
  #receivePatch(patch) {
    try {
      if (!this.#follows) throw new Refused("the patch arrived before the state");
      this.#replica.applyPatch(patch);
    } catch (error) {
      this.#isWrong = true;
      this.#ask(); // state-ask-again
      this.#changed();
      throw error;
    }
    this.#changed();
  }

  #answer() {
    clearTimeout(this.#answering);
    while (this.#owed > 0 && !this.#connection.isCongested()) {
      this.#owed -= 1;
      this.sendState();
    }
    if (this.#owed > 0) this.#answering = setTimeout(() => this.#answer(), ANSWER_AGAIN_AFTER);
  }

  // Kept edits

  /** Continues with the edits of an earlier page. @param {import("./kept-edits.js").Entry} entry */
  restore(entry) {
    this.#replica.restore(entry);
    this.#isRestored = true;
    this.#isWanted ||= entry.isWanted;
    this.#changed();
  }

  #keepSoon() {
    if (this.#connection.keep) this.#keeping ??= setTimeout(() => this.keep(), KEPT_WITHIN);
  }

  /** Keeps the edits that a reload would lose now. */
  keep() {
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    const { versions, value, isPending, isUnconfirmed } = this.#replica;
    const isWanted = this.#isWanted || this.#syncing !== undefined;
    this.#connection.keep?.(this, isPending || isUnconfirmed ? { versions, value, isWanted } : null);
  }

  // Requests

  /** Requests the state, later if the last request is recent. @returns {boolean} false if there is no connection */
  #ask() {
    const rest = this.#askedAt + ASK_AGAIN_AFTER - Date.now();
    if (rest > 0) {
      this.#askLater(rest);
      return true;
    }
    clearTimeout(this.#asking);
    if (!this.#connection.send(`${GET}:${this.key}`, {})) return false;
    this.#requests.push(this.#replica.mark);
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
