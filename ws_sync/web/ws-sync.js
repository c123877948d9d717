/**
 * The ws-sync client for browsers and other places that have a WebSocket. No dependencies, no build step.
 *
 *     import { Session } from "./ws-sync.js";
 *
 *     const session = new Session("/ws");
 *     const notes = session.document("NOTES", { title: "", notes: [] });
 *     notes.subscribe(() => console.log(notes.state));
 *     session.connect();
 *
 *     notes.set({ title: "Mine" });        // here, at once
 *     notes.sync();                        // and at the server
 *     notes.call("ADD", { note: "Milk" });
 *
 * What becomes of edits that were made without a connection is in `copy.js` and `merge.js`; `ws-sync.d.ts` says what
 * each function does.
 */

export { SyncedDocument } from "./lib/document.js";
export { MalformedFrame, equal, parse, toJson } from "./lib/json.js";
export { diff } from "./lib/diff.js";
export { merge } from "./lib/merge.js";
export { apply } from "./lib/patch.js";
export { Refused } from "./lib/pointer.js";
export { Session } from "./lib/session.js";
