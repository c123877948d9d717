/** Types of react.js. */

import type { ReactNode } from "react";
import type { Arguments, Bytes, Session, SessionOptions, Signals, State, Status, SyncedDocument } from "./ws-sync.js";

type Setters<S> = {
  /** Changes the attribute locally. */
  readonly [Name in keyof S & string as `set${Capitalize<Name>}`]: (
    value: S[Name] | ((before: S[Name]) => S[Name]),
  ) => void;
};
type Syncers<S> = {
  /** Changes the attribute and syncs the document. */
  readonly [Name in keyof S & string as `sync${Capitalize<Name>}`]: (
    value: S[Name] | ((before: S[Name]) => S[Name]),
    options?: { debounce?: number },
  ) => void;
};

interface Functions<S extends State> {
  readonly document: SyncedDocument<S>;
  readonly isSynced: boolean;
  readonly isFollowing: boolean;
  set(values: Partial<S> | ((state: Readonly<S>) => Partial<S>)): void;
  sync(options?: { debounce?: number }): void;
  fetchState(): boolean;
  sendState(): boolean;
  call(name: string, arguments_?: Arguments): boolean;
  start(name: string, arguments_?: Arguments): boolean;
  cancel(name: string, arguments_?: Arguments): boolean;
  callWithBytes(name: string, bytes: Bytes, arguments_?: Arguments): boolean;
}

/** The state of a document, a setter and a syncer for each attribute, and the functions of the document. */
export type Synced<S extends State> = Readonly<S> & Setters<S> & Syncers<S> & Omit<Functions<S>, keyof S>;

/**
 * Follows the document of a key. The component renders again when its state changes.
 *
 * An attribute takes precedence over a function of the same name; `useDocument` has all functions.
 * @param initial the state until the server's state arrives. Only that of the first call is used.
 * @param options `debounce`: milliseconds that syncers wait; `lazy`: the server does not announce the document.
 */
export function useSync<S extends State>(
  key: string,
  initial: S,
  options?: { debounce?: number; lazy?: boolean },
): Synced<S>;

/** Returns the document of a key. The component does not render again when it changes. */
export function useDocument<S extends State = Record<string, any>>(
  key: string,
  initial?: S,
  options?: { debounce?: number; lazy?: boolean },
): SyncedDocument<S>;

/** Registers an action that the server can call while the component is mounted. */
export function useAction(key: string, name: string, handler: (arguments_: any, name: string) => unknown): void;

/** Listens to a signal of the session, such as `toast`, while the component is mounted. */
export function useSignal<Name extends keyof Signals>(name: Name, listener: (value: Signals[Name]) => unknown): void;

/** Returns the status of the session. */
export function useStatus(): Status;

/** Returns the session of the nearest provider, or the shared one. */
export function useSession(): Session;

/** Returns the session of all components without a provider, with `/ws` on the page's host. */
export function defaultSession(): Session;

/**
 * Provides a session to its children: one that the application connects, or one with a URL, which is connected while the
 * provider is mounted.
 */
export function SyncProvider(
  props: { readonly children?: ReactNode } & (
    | { readonly session: Session; readonly url?: undefined; readonly options?: undefined }
    | { readonly session?: undefined; readonly url?: string | URL; readonly options?: SessionOptions }
  ),
): ReactNode;
