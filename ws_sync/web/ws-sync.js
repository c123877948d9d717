/**
 * The ws-sync client for browsers and other runtimes with a WebSocket class. No dependencies, no build step.
 *
 *     import { Session } from "./ws-sync.js";
 *
 *     const session = new Session("/ws");
 *     const notes = session.document("NOTES", { title: "", notes: [] });
 *     notes.subscribe(() => console.log(notes.state));
 *     session.connect();
 *
 *     notes.set({ title: "Mine" });        // changes the local state
 *     notes.sync();                        // sends the edits
 *     notes.call("ADD", { note: "Milk" });
 *
 * `ws-sync.d.ts` documents each function. `replica.js` keeps the edits that are not sent or confirmed, and
 * `three-way-merge.js` merges them into a new state.
 */

export { SyncedDocument } from "./lib/document.js";
export { MalformedFrame, equal, parse, toJson } from "./lib/json.js";
export { diff } from "./lib/diff.js";
export { merge } from "./lib/three-way-merge.js";
export { apply } from "./lib/patch.js";
export { Refused } from "./lib/pointer.js";
export { Session } from "./lib/session.js";
