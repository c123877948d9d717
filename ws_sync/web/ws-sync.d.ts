/** The types of ws-sync.js. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
/** The attributes of a document. Give an interface or a type of your own; its values have to be JSON. */
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
 * - `stopped`: not begun, closed, or told to go by `_DISCONNECT`; only `connect` begins again.
 * - `connecting`: the WebSocket is being opened, or the server has not said anything yet.
 * - `connected`: events go to and fro.
 * - `disconnected`: lost; the next attempt is due at `retryAt`.
 */
export type Status = "stopped" | "connecting" | "connected" | "disconnected";

export interface Identity {
  readonly user: string;
  readonly session: string;
}

export interface SessionOptions {
  /**
   * Says who is there when the server asks; the same two strings for as long as the same session is wanted. By default
   * random ones, others for each host: the user's are kept in localStorage, the session's in sessionStorage.
   */
  identify?: () => Identity | Promise<Identity>;
  /** The class of WebSockets, where there is no global one. */
  WebSocket?: unknown;
  /** Milliseconds of the first wait after a loss, at most. The next ones are up to twice as long, by a random part. */
  firstDelay?: number;
  /** Milliseconds of the longest wait. */
  maxDelay?: number;
  /** A connection that ends after fewer milliseconds counts as a failed attempt. */
  steadyAfter?: number;
  /** An attempt to connect that takes more milliseconds has failed. */
  openWithin?: number;
  /** A server that is silent for this many milliseconds is taken for one that does not ask who is there. */
  quietFor?: number;
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
  /** A frame has gone out. */
  sent: { readonly frame: string | Uint8Array };
  /** A frame has come in, and is acted on next; `event` is null if it is none. Of a pair the second frame is the event. */
  received: { readonly frame: string | Uint8Array; readonly event: ReceivedEvent | null };
  /** A frame had no effect. There is nothing to do: the state has been asked for where it may be wrong. */
  problem: {
    readonly frame: string | Uint8Array | null;
    readonly event: ReceivedEvent | null;
    readonly verdict: "malformed" | "refused" | "ignored";
    readonly reason: string;
  };
}

/** One server, one connection at a time, and the documents that outlive it. */
export class Session {
  /**
   * @param url of the WebSocket; also http or https, or a path on the page's own host.
   * @throws {TypeError} the URL or an option is none
   */
  constructor(url: string | URL, options?: SessionOptions);

  readonly url: string;
  readonly status: Status;
  /** Why it was stopped: the text of `_DISCONNECT`, for people. */
  readonly reason: string | null;
  /** When the next attempt is due, as in `Date.now()`; null if none is. */
  readonly retryAt: number | null;
  /** How many attempts have failed in a row. */
  readonly failures: number;
  /** Whether there ever was a connection: where none came about, the address may be wrong. */
  readonly wasConnected: boolean;
  readonly documents: readonly SyncedDocument<any>[];

  /** Connects, and again whenever the connection is lost. */
  connect(): void;
  /** Closes the connection and does not connect again. Documents and what was not sent stay. */
  close(): void;
  /** Makes the next attempt now, if one is due later. */
  retry(): void;
  /** Sends what waits for its time to be synced, of all documents. */
  flush(): void;

  /**
   * Returns the document of a key: the same one each time, made with the first call.
   *
   * @param initial what is seen until the server's state arrives.
   * @param options `debounce`: milliseconds for which `sync` waits by default; `lazy`: the server does not announce the
   *     document, so it is asked for.
   */
  document<S extends State = Record<string, any>>(
    key: string,
    initial?: S,
    options?: { debounce?: number; lazy?: boolean },
  ): SyncedDocument<S>;

  /** Calls a listener, until the returned function is called. What it throws does not disturb the others. */
  on<Name extends keyof Signals>(name: Name, listener: (value: Signals[Name]) => unknown): () => void;
  /** Handles an event of the application's own, in place of an older handler; of a pair, `data.data` are the bytes. */
  onEvent(type: string, handler: (data: any) => unknown): () => void;
  /** Sends an event of the application's own; false: there is no connection, and it is not sent later. */
  send(type: string, data?: unknown): boolean;
  /** Sends a text frame as it is, for tools. */
  sendText(text: string): boolean;
}

/**
 * A document: an object that server and client hold alike. Made by `Session.document`.
 *
 * States are frozen, and one that did not change is the same object. Values that are handed over are copied.
 */
export class SyncedDocument<S extends State = Record<string, any>> {
  private constructor();

  readonly key: string;
  readonly state: Readonly<S>;
  /** Whether the server's state has arrived on this connection, and is not known to be wrong. */
  readonly isFollowing: boolean;
  /** Whether it follows the server, and every edit was sent. */
  readonly isSynced: boolean;
  /** All three at once; the same object for as long as none of them changes. */
  readonly snapshot: { readonly state: Readonly<S>; readonly isSynced: boolean; readonly isFollowing: boolean };

  /** Calls a listener after each change of the snapshot, until the returned function is called. */
  subscribe(listener: (document: SyncedDocument<S>) => unknown): () => void;

  /**
   * Edits attributes here; `sync` sends it.
   * @throws {TypeError} a value is not JSON; nothing has changed
   */
  set(values: Partial<S> | ((state: Readonly<S>) => Partial<S>)): void;
  /**
   * Edits by a JSON Patch.
   * @throws {Refused} it can't be applied; nothing has changed
   */
  patch(operations: readonly Operation[]): void;
  /** Edits the whole state: attributes that are not given are gone. */
  replace(state: S): void;

  /**
   * Sends all edits as one patch; nothing if there are none. While the document does not follow the server, they are
   * kept, put on top of the state that arrives, and sent then.
   * @param options `debounce`: wait this many milliseconds for another call; 0 sends now.
   */
  sync(options?: { debounce?: number }): void;
  /** Sends what waits for its time. */
  flush(): void;
  /** Asks the server for its state; false: there is no connection. */
  fetchState(): boolean;
  /** Sends the whole state; false: there is no connection, and edits are sent later. */
  sendState(): boolean;

  /** Calls an action of the server; false: there is no connection, and it is not called later. */
  call(name: string, arguments_?: Arguments): boolean;
  /** Starts a task of the server. */
  start(name: string, arguments_?: Arguments): boolean;
  /** Cancels a task of the server. */
  cancel(name: string, arguments_?: Arguments): boolean;
  /** Calls an action with bytes, which are its argument `data`. */
  callWithBytes(name: string, bytes: Bytes, arguments_?: Arguments): boolean;
  /** Starts a task with bytes, which are its argument `data`. */
  startWithBytes(name: string, bytes: Bytes, arguments_?: Arguments): boolean;

  /** Lets the server call an action here, in place of an older handler; bytes are the argument `data`. */
  onAction(name: string, handler: (arguments_: any, name: string) => unknown): () => void;
  /** Handles the actions that have no handler of their own. */
  onOtherAction(handler: (arguments_: any, name: string) => unknown): () => void;
}

/** A frame that is not an event. */
export class MalformedFrame extends Error {}
/** Something that can't be done as it was asked for, such as a patch. */
export class Refused extends Error {}

/** Makes a frozen value of JSON. @throws {TypeError | RangeError} it is not JSON */
export function toJson(value: unknown): Json;
/** Reads JSON text strictly. @throws {MalformedFrame} */
export function parse(text: string): Json;
/** Whether two values are equal by JSON's types. */
export function equal(left: Json | undefined, right: Json | undefined): boolean;
/** Applies a JSON Patch to a copy. @throws {Refused} */
export function apply(document: Json, patch: Json | readonly Operation[]): Json;
/** The JSON Patch that makes one object of another, attribute by attribute. */
export function diff(before: { readonly [name: string]: Json }, after: { readonly [name: string]: Json }): Operation[];
/**
 * Puts together what two sides made of one value; see merge.js.
 * @param unseen whether the other side can't have seen my edits
 */
export function merge(base: Json, mine: Json, theirs: Json, unseen: boolean): Json;
