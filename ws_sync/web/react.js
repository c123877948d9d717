/**
 * ws-sync in React: hooks on `useSyncExternalStore`. `react` is imported by its bare name.
 *
 *     const Notes = () => {
 *       const notes = useSync("NOTES", { title: "", notes: [] });
 *       return <input value={notes.title} onChange={(event) => notes.syncTitle(event.target.value)} />;
 *     };
 *
 * Hooks belong to the session of the `SyncProvider` around them. Without one they share a session with `/ws` of the
 * page's own host, which connects when it is first used.
 *
 * States are frozen and live outside React, so that every component of one render sees the same one, and rendering
 * twice, as StrictMode does, changes nothing. A connection is opened in effects only.
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
/** Whether the shared session was connected; told to go by `_DISCONNECT`, it does not come back by itself. */
let hasBegun = false;

/** The session of everything that is in no provider. */
export function defaultSession() {
  shared ??= new Session("/ws");
  return shared;
}

/**
 * Gives a session to what is in it: one that the application has made and connects itself, or one of its own, by a URL,
 * which is connected for as long as the provider is there.
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
    const timer = setTimeout(() => own.connect()); // StrictMode takes the first effect back at once: let it open nothing
    return () => {
      clearTimeout(timer);
      own.close();
    };
  }, [own]);
  return createElement(SessionContext.Provider, { value: session ?? own }, children);
}

/** The session of the provider around, or the shared one, which is connected. */
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

/** The status of the session. */
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
 * The document of a key, without rendering again when it changes.
 * @param {string} key
 * @param {any} [initial]
 * @param {any} [options]
 */
export function useDocument(key, initial, options) {
  const session = useSession();
  const [first] = useState({ initial, options }); // literals are new in each render
  return useMemo(() => session.document(key, first.initial, first.options), [session, key, first]);
}

/**
 * The state of a document with what edits it.
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
 * Lets the server call an action here, while the component is there. The handler may be a new function in each render.
 * @param {string} key
 * @param {string} name
 * @param {(given: any, name: string) => unknown} handler
 */
export function useAction(key, name, handler) {
  const document = useDocument(key);
  useEffect(() => document.onAction(name, handler), [document, name, handler]);
}

/**
 * Listens to the session, to toasts for instance, while the component is there.
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
 * `setTitle` and `syncTitle` of an attribute `title`.
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
