/** Types of ws-sync.js. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
/** The attributes of a document. Use your own interface or type; its values must be JSON. */
export type State = object;
export type Arguments = { readonly [name: string]: unknown };
export type Bytes = ArrayBuffer | ArrayBufferView;

export interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/**
 * - `stopped`: not started, closed, or stopped by `_DISCONNECT`. Only `connect` starts again.
 * - `connecting`: the WebSocket is opening, or the server has not sent an event yet.
 * - `connected`: events can be sent.
 * - `disconnected`: the connection was lost. The next attempt is due at `retryAt`.
 */
export type Status = "stopped" | "connecting" | "connected" | "disconnected";

export interface Identity {
  readonly user: string;
  readonly session: string;
}

export interface SessionOptions {
  /**
   * Returns the identity when the server requests it: the same two strings as long as the client wants the same session.
   * By default they are random and differ for each host. The user is kept in localStorage, the session in
   * sessionStorage.
   */
  identify?: () => Identity | Promise<Identity>;
  /**
   * Keeps edits that are not sent or not confirmed over a reload of the page: `localStorage`, `sessionStorage`, or an
   * object with `get` and `set`; `set` with null removes an entry. By default nothing is kept. See docs/browser.md.
   */
  persist?: Storage | { get(name: string): string | null | undefined; set(name: string, text: string | null): void };
  /** The WebSocket class, for runtimes without a global one. */
  WebSocket?: unknown;
  /** The longest first delay before reconnecting, in milliseconds. Each later one is up to twice as long; half is random. */
  firstDelay?: number;
  /** The longest delay, in milliseconds. */
  maxDelay?: number;
  /** A connection that ends in fewer milliseconds counts as a failed attempt. */
  steadyAfter?: number;
  /** The time limit of an attempt to connect, in milliseconds. */
  openWithin?: number;
  /** Milliseconds of silence after which the server is assumed not to request an identification. */
  quietFor?: number;
  /** Milliseconds of silence after which the client checks whether the connection is alive, by requesting a state. */
  silentFor?: number;
  /** A connection is lost if nothing arrives within this many milliseconds after a check. */
  answerWithin?: number;
}

export interface Toast {
  readonly type: "default" | "message" | "info" | "success" | "warning" | "error";
  readonly message: string;
}

export interface Download {
  readonly filename: string;
  readonly bytes: Uint8Array;
}

export interface ReceivedEvent {
  readonly type: string;
  readonly name: string;
  readonly key: string | null;
  readonly data: any;
}

export interface Signals {
  /** The status has changed. */
  status: Session;
  toast: Toast;
  download: Download;
  /** A frame was sent. */
  sent: { readonly frame: string | Uint8Array };
  /** A frame was received and is handled next. `event` is null if it is malformed. The binary frame of a pair is the event. */
  received: { readonly frame: string | Uint8Array; readonly event: ReceivedEvent | null };
  /** A frame had no effect. If the state may be wrong, it was requested already. */
  problem: {
    readonly frame: string | Uint8Array | null;
    readonly event: ReceivedEvent | null;
    readonly verdict: "malformed" | "refused" | "ignored";
    readonly reason: string;
  };
}

/** One server, one connection at a time, and the documents, which outlive connections. */
export class Session {
  /**
   * @param url the URL of the WebSocket: ws, wss, http or https, or a path on the page's host.
   * @throws {TypeError} if the URL is invalid or an option is unknown
   */
  constructor(url: string | URL, options?: SessionOptions);

  readonly url: string;
  readonly status: Status;
  /** The text of `_DISCONNECT`, if the server has stopped the session. */
  readonly reason: string | null;
  /** The time of the next attempt to connect, as in `Date.now()`; null if none is due. */
  readonly retryAt: number | null;
  /** The number of failed attempts in a row. */
  readonly failures: number;
  /** Whether there ever was a connection. If not, the URL may be wrong. */
  readonly wasConnected: boolean;
  readonly documents: readonly SyncedDocument<any>[];

  /** Connects, and reconnects after each loss. */
  connect(): void;
  /** Closes the connection and does not reconnect. Documents and unsent edits are kept. */
  close(): void;
  /** Makes the next attempt to connect now, if one is due. */
  retry(): void;
  /** Sends the debounced edits of all documents now. */
  flush(): void;

  /**
   * Returns the document of a key: the same one each time, created by the first call.
   *
   * @param initial the state until the server's state arrives.
   * @param options `debounce`: milliseconds that `sync` waits by default; `lazy`: the server does not announce the
   *     document, so the client requests it.
   */
  document<S extends State = Record<string, any>>(
    key: string,
    initial?: S,
    options?: { debounce?: number; lazy?: boolean },
  ): SyncedDocument<S>;

  /** Registers a listener, and returns a function that removes it. An exception in it does not affect the others. */
  on<Name extends keyof Signals>(name: Name, listener: (value: Signals[Name]) => unknown): () => void;
  /** Registers the handler of an application's event, instead of an earlier one. In a pair, `data.data` are the bytes. */
  onEvent(type: string, handler: (data: any) => unknown): () => void;
  /** Sends an application's event. Returns false if there is no connection: it is not sent later. */
  send(type: string, data?: unknown): boolean;
  /** Sends a text frame without checking it, for tools. */
  sendText(text: string): boolean;
}

/**
 * A document: an object that the server and the client keep in sync. Created by `Session.document`.
 *
 * States are frozen. A part that did not change is the same object as before. Values passed in are copied.
 */
export class SyncedDocument<S extends State = Record<string, any>> {
  private constructor();

  readonly key: string;
  readonly state: Readonly<S>;
  /** Whether the server's state has arrived on this connection, and all later patches could be applied. */
  readonly isFollowing: boolean;
  /** Whether the document follows the server, every edit was sent, and the connection is alive as far as is known. */
  readonly isSynced: boolean;
  /** The three properties above; the same object as long as none of them changes. */
  readonly snapshot: { readonly state: Readonly<S>; readonly isSynced: boolean; readonly isFollowing: boolean };

  /** Registers a listener for changes of the snapshot, and returns a function that removes it. */
  subscribe(listener: (document: SyncedDocument<S>) => unknown): () => void;

  /**
   * Changes attributes locally; `sync` sends the edit.
   * @throws {TypeError} if a value is not JSON; nothing has changed
   */
  set(values: Partial<S> | ((state: Readonly<S>) => Partial<S>)): void;
  /**
   * Applies a JSON Patch locally.
   * @throws {Refused} if it can't be applied; nothing has changed
   */
  patch(operations: readonly Operation[]): void;
  /** Replaces the whole state locally: attributes that are not given are removed. */
  replace(state: S): void;

  /**
   * Sends all edits as one patch, if there are any. While the document does not follow the server, they are kept,
   * merged into the next state of the server, and sent then.
   * @param options `debounce`: milliseconds to wait for another call; 0 sends now.
   */
  sync(options?: { debounce?: number }): void;
  /** Sends debounced edits now. */
  flush(): void;
  /** Requests the state of the server. Returns false if there is no connection. */
  fetchState(): boolean;
  /** Sends the whole state. Returns false if there is no connection: edits are sent later. */
  sendState(): boolean;

  /** Calls an action of the server. Returns false if there is no connection: it is not called later. */
  call(name: string, arguments_?: Arguments): boolean;
  /** Starts a task of the server; returns as `call` does. */
  start(name: string, arguments_?: Arguments): boolean;
  /** Cancels a task of the server; returns as `call` does. */
  cancel(name: string, arguments_?: Arguments): boolean;
  /** Calls an action with bytes as its argument `data`. */
  callWithBytes(name: string, bytes: Bytes, arguments_?: Arguments): boolean;
  /** Starts a task with bytes as its argument `data`. */
  startWithBytes(name: string, bytes: Bytes, arguments_?: Arguments): boolean;

  /** Registers the handler of an action that the server calls, instead of an earlier one. Bytes are the argument `data`. */
  onAction(name: string, handler: (arguments_: any, name: string) => unknown): () => void;
  /** Registers the handler of all actions without a handler of their own. */
  onOtherAction(handler: (arguments_: any, name: string) => unknown): () => void;
}

/** A received text frame is not an event. */
export class MalformedFrame extends Error {}
/** A patch, an event or another request can't be applied. */
export class Refused extends Error {}

/** Converts a value to frozen JSON. @throws {TypeError | RangeError} if it is not JSON */
export function toJson(value: unknown): Json;
/** Parses JSON text strictly. @throws {MalformedFrame} if a receiver must or should reject it */
export function parse(text: string): Json;
/** Returns whether two values are equal by JSON's types. */
export function equal(left: Json | undefined, right: Json | undefined): boolean;
/** Applies a JSON Patch to a copy. @throws {Refused} if it can't be applied */
export function apply(document: Json, patch: Json | readonly Operation[]): Json;
/** Returns the JSON Patch that turns one object into another, attribute by attribute. */
export function diff(before: { readonly [name: string]: Json }, after: { readonly [name: string]: Json }): Operation[];
/**
 * Merges the edits of two sides of a common value; see three-way-merge.js.
 * @param preferMine whether a place that both sides changed gets my value
 */
export function merge(base: Json, mine: Json, theirs: Json, preferMine: boolean): Json;
