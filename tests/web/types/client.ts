// What a TypeScript program may write, and what it may not; `tsc --noEmit` judges it.
import {
  Session,
  apply,
  diff,
  equal,
  merge,
  parse,
  toJson,
  MalformedFrame,
  Refused,
  SyncedDocument,
} from "../../../ws_sync/web/ws-sync.js";

interface Notes {
  title: string;
  notes: string[];
}

const session = new Session("/ws", { maxDelay: 1000, identify: async () => ({ user: "a", session: "b" }) });
const notes: SyncedDocument<Notes> = session.document<Notes>("NOTES", { title: "", notes: [] }, { debounce: 100 });
const title: string = notes.state.title;
notes.set({ title });
notes.set(({ notes: all }) => ({ notes: [...all, "x"] }));
notes.sync({ debounce: 0 });
notes.patch([{ op: "add", path: "/notes/-", value: 1 }]);
const sent: boolean = notes.call("ADD", { note: "x" }) && notes.callWithBytes("upload", new Uint8Array(1));
const end: () => void = session.on("toast", ({ type, message }) => console.log(type, message));
session.on("problem", ({ verdict }) => verdict === "malformed");
session.document("ANY").state.whatever;
end();
equal(apply(toJson({ a: 1 }), diff({ a: 1 }, { a: 2 })), merge(1, 2, parse("3"), true));
export const errors: Error[] = [new MalformedFrame(), new Refused()];
export { sent };

// @ts-expect-error: a state is read-only
notes.state.title = "x";
// @ts-expect-error: there is no such attribute
notes.set({ titel: "x" });
// @ts-expect-error: there is no such signal
session.on("nothing", () => {});
// @ts-expect-error: there is no such option
new Session("/ws", { retries: 1 });
// @ts-expect-error: documents are made by sessions
new SyncedDocument();
