/**
 * Session: holds the documents across connections, has at most one connection at a time, and handles its events one
 * after the other.
 */

import { Malformed, Refused, decode, isObject, splitType } from "./codec.mjs";
import { Connection } from "./connection.mjs";
import { readArguments } from "./parameters.mjs";

/** @typedef {import("./codec.mjs").Json} Json */
/** @typedef {import("./document.mjs").Document} Document */

/** The number of queued frames above which the connection is not read. */
const MAX_WAITING = 256;

const TOAST_LEVELS = ["default", "message", "info", "success", "warning", "error"];

export class Session {
  /** @type {Connection | undefined} */
  #connection;
  /** Resolved when all queued frames are handled. */
  #queue = Promise.resolve();

  /** @param {Document[]} documents in the order in which they are announced (connection-initial-order) */
  constructor(documents) {
    /** @type {Map<string, Document>} */
    this.documents = new Map(documents.map(document => [document.key, document]));
    for (const document of documents) {
      document.sync = () => {
        document.derive();
        this.#connection?.sendChanges(document); // state-converges; without a connection, the next one gets the state
      };
    }
  }

  // ---- connections

  /**
   * Replaces the current connection, without waiting for anything (session-takeover-prompt).
   * @param {import("ws").WebSocket} socket an open WebSocket
   * @returns {(data: Buffer, isBinary: boolean) => void} receives the frames of the connection
   */
  attach(socket) {
    const older = this.#connection;
    const connection = this.#connection = new Connection(socket);
    older?.replace();
    for (const document of this.documents.values()) {
      if (document.announced) connection.sendState(document); // connection-initial-state, session-resumes
    }
    socket.on("close", () => {
      // session-persistent: the session stays. The end of a replaced connection is ignored (session-takeover).
      if (this.#connection === connection) this.#connection = undefined;
    });
    let waiting = 0;
    return (data, isBinary) => {
      if (++waiting > MAX_WAITING) socket.pause();
      // one queue for all connections of the session: session-takeover-serial
      this.#queue = this.#queue.then(async () => {
        if (this.#connection === connection) await this.#handle(connection, data, isBinary); // session-takeover-deaf
        if (--waiting === 0 && socket.isPaused) socket.resume();
      });
    };
  }

  // ---- sending

  /** @param {string} level @param {string} message */
  toast(level, message) {
    if (!TOAST_LEVELS.includes(level)) throw new Refused(`unknown toast level ${JSON.stringify(level)}`); // notices-toast
    this.#connection?.send("_TOAST", { type: level, message }); // notices-not-kept
  }

  /** @param {string} filename @param {Buffer} content */
  download(filename, content) {
    this.#connection?.send("_DOWNLOAD", { filename, data: content.toString("base64") }); // notices-download
  }

  /**
   * Calls an action of the client (actions-to-client, actions-shape).
   * @param {string} key
   * @param {string} name
   * @param {{[name: string]: Json}} args
   */
  call(key, name, args) {
    if (Object.hasOwn(args, "type")) throw new Refused("the argument name `type` is reserved");
    this.#connection?.send(`_ACTION:${key}`, { type: name, ...args });
  }

  /**
   * Calls an action of the client with bytes.
   * @param {string} key
   * @param {{[name: string]: Json}} metadata the action's name as `type`, and the other arguments
   * @param {Uint8Array} bytes
   */
  callWithBytes(key, metadata, bytes) {
    if (typeof metadata.type !== "string") throw new Refused("the metadata must have the name of an action as `type`"); // actions-shape
    if (Object.hasOwn(metadata, "data")) throw new Refused("the metadata member `data` is reserved for the bytes"); // binary-reserved
    this.#connection?.sendBytes(`_ACTION:${key}`, metadata, bytes);
  }

  // ---- receiving

  /**
   * Handles one frame. An invalid frame does not close the connection (connection-malformed-survives,
   * connection-refusal-survives, connection-isolation).
   * @param {Connection} connection
   * @param {Buffer} data
   * @param {boolean} isBinary
   */
  async #handle(connection, data, isBinary) {
    try {
      if (isBinary) return await this.#handleBytes(connection, data);
      const event = decode(data.toString());
      await this.#handleEvent(connection, event.type, event.data);
    } catch (error) {
      // A malformed or refused frame had no effect. Other errors are errors of the application, which are only logged
      // (actions-error, actions-error-private).
      if (!(error instanceof Malformed || error instanceof Refused)) console.error("while handling an event:", error);
    }
  }

  /** @param {Connection} connection @param {string} type @param {Json} data */
  async #handleEvent(connection, type, data) {
    const [name, key] = splitType(type);
    if (key === undefined) {
      if (name === "_BIN_META") connection.waitingMeta = data; // binary-newest, even if it is invalid
      if (name === "_HELLO") this.#hello(connection, data);
      return;
    }
    const document = this.documents.get(key);
    if (!document) return; // events-unknown-key
    switch (name) {
      case "_GET":
        return connection.sendState(document); // state-get, state-get-data, state-get-unannounced
      case "_SET":
        return this.#write(connection, document, () => document.set(data));
      case "_PATCH":
        return this.#write(connection, document, () => document.patch(data));
      case "_ACTION":
        return this.#act(document, data);
      case "_TASK_START": {
        const task = document.tasks.get(nameOf(data));
        if (task) document.start(nameOf(data), readArguments(task.parameters ?? {}, data)); // tasks-start, tasks-unknown
        return;
      }
      case "_TASK_CANCEL":
        return document.cancel(nameOf(data));
      default: // events-unknown-type, events-direction
    }
  }

  /**
   * @param {Connection} connection
   * @param {Document} document
   * @param {() => import("./document.mjs").Write} write
   */
  #write(connection, document, write) {
    let accepted;
    try {
      accepted = write();
    } catch (error) {
      connection.sendState(document); // state-refused-resync
      throw error;
    }
    connection.noteWrite(document, accepted);
  }

  /** @param {Document} document @param {Json} data */
  async #act(document, data) {
    const action = document.actions.get(nameOf(data));
    if (!action) return; // actions-unknown
    await action.run(readArguments(action.parameters ?? {}, data)); // actions-call, connection-order: wait until it has finished
  }

  /**
   * Handles the bytes of a binary pair as one event (binary-position).
   * @param {Connection} connection
   * @param {Buffer} bytes
   */
  async #handleBytes(connection, bytes) {
    const meta = connection.waitingMeta; // undefined: binary-unannounced
    connection.waitingMeta = undefined;
    if (!isObject(meta) || typeof meta.type !== "string" || !isObject(meta.metadata)) return; // binary-malformed
    if (Object.hasOwn(meta.metadata, "data")) return; // binary-reserved
    const [name, key] = splitType(meta.type);
    const document = key === undefined ? undefined : this.documents.get(key);
    if (name !== "_ACTION" || !document) return; // binary-no-state, binary-unknown
    await this.#act(document, Object.assign(Object.create(null), meta.metadata, { data: bytes })); // binary-deliver
  }

  /** Answers `_HELLO` without extensions, because this server has none (versioning-hello-subset). @param {Connection} connection @param {Json} data */
  #hello(connection, data) {
    const valid = isObject(data) && Array.isArray(data.extensions) && data.extensions.every(name => typeof name === "string");
    if (valid) connection.send("_HELLO", { extensions: [] });
  }
}

/** Returns the name in a call (actions-malformed, tasks-malformed). @param {any} data @returns {string} */
function nameOf(data) {
  if (!isObject(data) || typeof data.type !== "string") throw new Refused("a call must be an object with a string `type`");
  return data.type;
}
