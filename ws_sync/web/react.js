/**
 * ws-sync in React: hooks on `useSyncExternalStore`. `react` is imported by its bare name.
 *
 *     const Notes = () => {
 *       const notes = useSync("NOTES", { title: "", notes: [] });
 *       return <input value={notes.title} onChange={(event) => notes.syncTitle(event.target.value)} />;
 *     };
 *
 * Hooks use the session of the nearest `SyncProvider`. Without one, they share a session with `/ws` on the page's host,
 * which connects on its first use.
 *
 * States are frozen and stored outside React. So all components of one render see the same state, and rendering twice,
 * as StrictMode does, changes nothing. Only effects open connections.
 */

import {
  createContext,
  createElement,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { Session } from "./ws-sync.js";

const SessionContext = createContext(/** @type {Session | null} */ (null));

/** @type {Session | null} */
let shared = null;
/** Whether the shared session was connected. After `_DISCONNECT` it does not reconnect by itself. */
let hasBegun = false;

/** Returns the session of all components without a provider. */
export function defaultSession() {
  shared ??= new Session("/ws");
  return shared;
}

/**
 * Provides a session to its children: one that the application has created and connects, or one with a URL, which is
 * connected while the provider is mounted.
 * @param {{session?: Session, url?: string | URL, options?: any, children?: any}} props
 */
export function SyncProvider({ session, url, options, children }) {
  const [firstOptions] = useState(options);
  const own = useMemo(
    () => (session ? null : new Session(url ?? "/ws", firstOptions)),
    [session, String(url), firstOptions],
  );
  useEffect(() => {
    if (own === null) return;
    const timer = setTimeout(() => own.connect()); // StrictMode undoes the first effect at once, before the timer
    return () => {
      clearTimeout(timer);
      own.close();
    };
  }, [own]);
  return createElement(SessionContext.Provider, { value: session ?? own }, children);
}

/** Returns the session of the nearest provider, or connects the shared one. */
export function useSession() {
  const given = useContext(SessionContext);
  const session = given ?? defaultSession();
  useEffect(() => {
    if (given !== null || hasBegun) return;
    hasBegun = true;
    session.connect();
  }, [given, session]);
  return session;
}

/** Returns the status of the session. */
export function useStatus() {
  const session = useSession();
  const subscribe = useCallback((/** @type {() => void} */ listener) => session.on("status", listener), [session]);
  return useSyncExternalStore(
    subscribe,
    () => session.status,
    () => session.status,
  );
}

/**
 * Returns the document of a key. The component does not render again when it changes.
 * @param {string} key
 * @param {any} [initial]
 * @param {any} [options]
 */
export function useDocument(key, initial, options) {
  const session = useSession();
  const [first] = useState({ initial, options }); // a literal is a new object in each render
  return useMemo(() => session.document(key, first.initial, first.options), [session, key, first]);
}

/**
 * Returns the state of a document and the functions that edit it. The component renders again when it changes.
 * @param {string} key
 * @param {any} initial
 * @param {any} [options]
 */
export function useSync(key, initial, options) {
  const document = useDocument(key, initial, options);
  const subscribe = useCallback((/** @type {() => void} */ listener) => document.subscribe(listener), [document]);
  const look = () => document.snapshot;
  const snapshot = useSyncExternalStore(subscribe, look, look);
  const functions = useMemo(() => functionsOf(document), [document]);
  const names = [...new Set([...Object.keys(initial ?? {}), ...Object.keys(snapshot.state)])].join("\0");
  const setters = useMemo(() => settersOf(document, names.split("\0")), [document, names]);
  return useMemo(
    () => ({
      ...functions,
      ...setters,
      isSynced: snapshot.isSynced,
      isFollowing: snapshot.isFollowing,
      ...snapshot.state,
    }),
    [functions, setters, snapshot],
  );
}

/**
 * Registers an action that the server can call while the component is mounted. The handler may be a new function in
 * each render.
 * @param {string} key
 * @param {string} name
 * @param {(given: any, name: string) => unknown} handler
 */
export function useAction(key, name, handler) {
  const document = useDocument(key);
  useEffect(() => document.onAction(name, handler), [document, name, handler]);
}

/**
 * Listens to a signal of the session, such as `toast`, while the component is mounted.
 * @param {any} name
 * @param {(value: any) => unknown} listener
 */
export function useSignal(name, listener) {
  const session = useSession();
  useEffect(() => session.on(name, listener), [session, name, listener]);
}

/** @param {import("./ws-sync.js").SyncedDocument<any>} document */
function functionsOf(document) {
  return {
    document,
    /** @param {any} values */ set: (values) => document.set(values),
    /** @param {any} [options] */ sync: (options) => document.sync(options),
    fetchState: () => document.fetchState(),
    sendState: () => document.sendState(),
    /** @param {string} name @param {any} [given] */ call: (name, given) => document.call(name, given),
    /** @param {string} name @param {any} [given] */ start: (name, given) => document.start(name, given),
    /** @param {string} name @param {any} [given] */ cancel: (name, given) => document.cancel(name, given),
    /** @param {string} name @param {any} bytes @param {any} [given] */
    callWithBytes: (name, bytes, given) => document.callWithBytes(name, bytes, given),
  };
}

/**
 * Returns `setTitle` and `syncTitle` for each attribute `title`.
 * @param {import("./ws-sync.js").SyncedDocument<any>} document
 * @param {string[]} names
 */
function settersOf(document, names) {
  /** @type {Record<string, (value: any, options?: any) => void>} */
  const setters = {};
  for (const name of names.filter((each) => each !== "")) {
    const capitalised = name[0].toUpperCase() + name.slice(1);
    /** @param {any} value */
    const set = (value) =>
      document.set({ [name]: typeof value === "function" ? value(/** @type {any} */ (document.state)[name]) : value });
    setters[`set${capitalised}`] = set;
    setters[`sync${capitalised}`] = (value, options) => {
      set(value);
      document.sync(options);
    };
  }
  return setters;
}
