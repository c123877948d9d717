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

export { SyncedDocument } from "./document.js";
export { MalformedFrame, equal, parse, toJson } from "./json.js";
export { diff } from "./diff.js";
export { merge } from "./merge.js";
export { apply } from "./patch.js";
export { Refused } from "./pointer.js";
export { Session } from "./session.js";
