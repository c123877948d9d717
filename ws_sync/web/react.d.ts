/** The types of react.js. */

import type { ReactNode } from "react";
import type { Arguments, Bytes, Session, SessionOptions, Signals, State, Status, SyncedDocument } from "./ws-sync.js";

type Setters<S> = {
  /** Edits the attribute here. */
  readonly [Name in keyof S & string as `set${Capitalize<Name>}`]: (
    value: S[Name] | ((before: S[Name]) => S[Name]),
  ) => void;
};
type Syncers<S> = {
  /** Edits the attribute, and syncs the document. */
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

/** The state of a document, a setter and a syncer for each attribute, and what else one does with it. */
export type Synced<S extends State> = Readonly<S> & Setters<S> & Syncers<S> & Omit<Functions<S>, keyof S>;

/**
 * Follows the document of a key. The component renders again when its state changes.
 *
 * An attribute goes before a function of the same name; `useDocument` has all of those.
 * @param initial what is seen until the server's state arrives; the first one counts.
 * @param options `debounce`: milliseconds for which syncers wait; `lazy`: the server does not announce the document.
 */
export function useSync<S extends State>(
  key: string,
  initial: S,
  options?: { debounce?: number; lazy?: boolean },
): Synced<S>;

/** The document of a key, without rendering again when it changes. */
export function useDocument<S extends State = Record<string, any>>(
  key: string,
  initial?: S,
  options?: { debounce?: number; lazy?: boolean },
): SyncedDocument<S>;

/** Lets the server call an action here, while the component is there. */
export function useAction(key: string, name: string, handler: (arguments_: any, name: string) => unknown): void;

/** Listens to the session, to toasts for instance, while the component is there. */
export function useSignal<Name extends keyof Signals>(name: Name, listener: (value: Signals[Name]) => unknown): void;

/** The status of the session. */
export function useStatus(): Status;

/** The session of the provider around, or the shared one. */
export function useSession(): Session;

/** The session of everything that is in no provider: with `/ws` of the page's own host. */
export function defaultSession(): Session;

/**
 * Gives a session to what is in it: one that the application connects itself, or one with a URL, which is connected for
 * as long as the provider is there.
 */
export function SyncProvider(
  props: { readonly children?: ReactNode } & (
    | { readonly session: Session; readonly url?: undefined; readonly options?: undefined }
    | { readonly session?: undefined; readonly url?: string | URL; readonly options?: SessionOptions }
  ),
): ReactNode;
