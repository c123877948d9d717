/**
 * Document: the state of one key, its read-only and derived attributes, and its actions and tasks.
 *
 * The application changes `document.state` and calls `document.sync()`. A document does not depend on connections:
 * connection.mjs has the snapshots of the peer.
 */

import { Refused, copy, equal, isObject } from "./codec.mjs";
import { apply, touched } from "./patch.mjs";

/** @typedef {import("./codec.mjs").Json} Json */
/** @typedef {{[name: string]: Json}} State */
/** @typedef {{parameters?: import("./parameters.mjs").Parameters, run: (args: any) => unknown}} Action */
/** @typedef {{parameters?: import("./parameters.mjs").Parameters, run: (args: any, signal: AbortSignal) => Promise<unknown>}} Task */
/**
 * The result of an accepted write: the attributes that the client wrote, those that changed as a consequence, and a
 * function that applies the write to the client's snapshot.
 * @typedef {{written: Set<string>, consequences: Set<string>, follow: (held: State) => Json}} Write
 */

export class Document {
  /**
   * @param {object} options
   * @param {string} options.key
   * @param {boolean} [options.announced] whether its state is sent on a new connection without a request
   * @param {State} options.initial
   * @param {string[]} [options.readOnly] attributes that only the server changes
   * @param {{[name: string]: (state: State) => Json}} [options.derived] read-only attributes that are computed from others
   * @param {string} [options.runningTasks] the read-only attribute that lists the running tasks
   * @param {{[name: string]: Action}} [options.actions]
   * @param {{[name: string]: Task}} [options.tasks]
   */
  constructor({ key, announced = true, initial, readOnly = [], derived = {}, runningTasks, actions = {}, tasks = {} }) {
    this.key = key;
    this.announced = announced;
    /** @type {State} state-attributes-fixed: sealed, so that attributes can't be added or removed */
    this.state = Object.seal(copy(initial));
    this.attributes = Object.keys(this.state);
    this.derived = new Map(Object.entries(derived));
    this.readOnly = new Set([...readOnly, ...this.derived.keys(), ...(runningTasks ? [runningTasks] : [])]);
    // security-lookup, actions-private: names that a peer sends are only looked up here
    this.actions = new Map(Object.entries(actions));
    this.tasks = new Map(Object.entries(tasks));
    this.runningTasks = runningTasks;
    /** @type {Map<string, {controller: AbortController, ended: Promise<void>}>} */
    this.running = new Map();
    /** Sends the changes since the last sync. Replaced by the session. */
    this.sync = () => {};
  }

  /** Returns whether a value has exactly the attributes of the document. @param {Json} value @returns {value is State} */
  fits(value) {
    return isObject(value) && Object.keys(value).length === this.attributes.length
      && this.attributes.every(name => Object.hasOwn(value, name));
  }

  /** Updates the derived attributes. @returns {Set<string>} those that changed */
  derive() {
    const changed = new Set();
    for (const [name, compute] of this.derived) {
      const value = compute(this.state);
      if (equal(value, this.state[name])) continue;
      this.state[name] = value;
      changed.add(name);
    }
    return changed;
  }

  /**
   * Applies a `_SET` of the client.
   * @param {Json} data
   * @returns {Write}
   */
  set(data) {
    if (!isObject(data)) throw new Refused("a state must be an object"); // state-set-malformed
    const names = Object.keys(data);
    if (!names.every(name => this.attributes.includes(name))) throw new Refused("the document has no such attribute"); // state-set-unknown
    this.derive();
    for (const name of names) {
      if (!this.readOnly.has(name)) this.state[name] = copy(data[name]); // state-set-merges, state-set-read-only
    }
    return { written: new Set(names), consequences: this.derive(), follow: held => Object.assign(copy(held), copy(data)) };
  }

  /**
   * Applies a `_PATCH` of the client.
   * @param {Json} operations
   * @returns {Write}
   */
  patch(operations) {
    this.derive();
    const result = apply(this.state, operations); // state-unsynced-kept: on the current state
    if (!this.fits(result)) throw new Refused("a patch must not add or remove attributes"); // patch-attributes
    for (const name of this.readOnly) {
      if (!equal(result[name], this.state[name])) throw new Refused("the attribute is read-only"); // patch-read-only
    }
    const written = touched(/** @type {any} */ (operations), this.attributes);
    for (const name of written) this.state[name] = result[name];
    return { written, consequences: this.derive(), follow: held => apply(held, operations) };
  }

  /**
   * Starts a task, unless it is running (tasks-once).
   * @param {string} name
   * @param {object} args
   */
  start(name, args) {
    const task = this.tasks.get(name);
    if (!task || this.running.has(name)) return;
    const controller = new AbortController();
    const entry = { controller, ended: Promise.resolve() };
    this.running.set(name, entry);
    entry.ended = this.#run(name, () => task.run(args, controller.signal), controller.signal);
  }

  /**
   * Cancels a task and waits until it has ended, so that it can be started again (tasks-again). A task gets an
   * AbortSignal, and must obey it.
   * @param {string} name
   */
  async cancel(name) {
    const entry = this.running.get(name); // tasks-cancel-idle
    entry?.controller.abort();
    await entry?.ended;
  }

  /** Cancels all tasks. */
  async cancelAll() {
    await Promise.all([...this.running.keys()].map(name => this.cancel(name)));
  }

  /** @param {string} name @param {() => Promise<unknown>} run @param {AbortSignal} signal */
  async #run(name, run, signal) {
    try {
      this.#listTasks();
      await run(); // tasks-cancel-early: starts at once, so that it sees every signal
    } catch (error) {
      if (!signal.aborted) console.error(`task ${name} of ${this.key}:`, error); // tasks-error
    }
    this.running.delete(name);
    try {
      this.#listTasks();
    } catch (error) {
      console.error(`sync of ${this.key}:`, error);
    }
  }

  /** tasks-exposed. */
  #listTasks() {
    if (this.runningTasks === undefined) return;
    this.state[this.runningTasks] = [...this.running.keys()];
    this.sync();
  }
}
