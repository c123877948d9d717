// Edits that are kept over a reload. A new session with the same store is a reloaded page.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { MAX_SIZE } from "../../../ws_sync/web/lib/kept-edits.js";
import { Session } from "../../../ws_sync/web/ws-sync.js";
import { FakeSocket, sockets } from "./fake-socket.mjs";

const INITIAL = { text: "", items: [] };

class Store extends Map {
  set(name, text) {
    return text === null ? (this.delete(name), this) : super.set(name, text);
  }
}

let store;

beforeEach(() => {
  sockets.length = 0;
  store = new Store();
});

/** Opens a page: a session that restores the kept edits of document A and connects. */
async function load(t, initial = INITIAL) {
  const session = new Session("ws://x/ws", { WebSocket: FakeSocket, persist: store });
  const document = session.document("A", initial);
  session.connect();
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  t.after(() => session.close());
  return document;
}

/** Opens a page, edits it offline, and keeps the edits. */
async function editOffline(t, { isSynced = true } = {}) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_000_000 });
  const document = await load(t);
  sockets[0].open(["_SET:A", { text: "old", items: ["a"] }]);
  sockets[0].onclose();
  document.set({ text: "mine", items: ["a", "mine"] });
  if (isSynced) document.sync();
  t.mock.timers.tick(300);
  assert.equal(store.size, 1);
}

test("offline edits are kept over a reload, sent to the new state, and then removed", async (t) => {
  await editOffline(t);
  const document = await load(t);
  assert.deepEqual({ ...document.state }, { text: "mine", items: ["a", "mine"] });
  sockets[0].open(["_SET:A", { text: "old", items: ["a", "theirs"] }]);
  assert.deepEqual(sockets[0].frames, [
    {
      type: "_PATCH:A",
      data: [
        { op: "replace", path: "/text", value: "mine" },
        { op: "add", path: "/items/2", value: "mine" },
      ],
    },
  ]);
  t.mock.timers.tick(2500);
  assert.equal(store.size, 1); // not confirmed yet
  sockets[0].receive("_TOAST", { type: "info", message: "a sign of life" });
  t.mock.timers.tick(300);
  assert.equal(store.size, 0);
});

test("of the edits in flight at a reload, only those that were lost are sent again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_000_000 });
  const before = await load(t);
  sockets[0].open(["_SET:A", { text: "", items: [] }]);
  for (const item of ["milk", "bread"]) {
    before.set(({ items }) => ({ items: [...items, item] }));
    before.sync();
  }
  t.mock.timers.tick(300);
  const document = await load(t);
  sockets[0].open(["_SET:A", { text: "", items: ["milk"] }]);
  assert.deepEqual([...document.state.items], ["milk", "bread"]);
  assert.deepEqual(sockets[0].frames[0].data, [{ op: "add", path: "/items/1", value: "bread" }]);
});

test("an edit without a sync is kept and not sent", async (t) => {
  await editOffline(t, { isSynced: false });
  const document = await load(t);
  sockets[0].open(["_SET:A", { text: "old", items: ["a"] }]);
  assert.equal(document.state.text, "mine");
  assert.deepEqual(sockets[0].frames, []);
});

test("an edit that is made before the kept edits are restored is merged into them", async (t) => {
  await editOffline(t);
  const session = new Session("ws://x/ws", { WebSocket: FakeSocket, persist: store });
  t.after(() => session.close());
  const document = session.document("A", INITIAL);
  session.connect();
  document.set({ text: "newer" });
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  assert.deepEqual({ ...document.state }, { text: "newer", items: ["a", "mine"] });
});

test("edits of a document whose attributes have changed are dropped", async (t) => {
  await editOffline(t);
  const document = await load(t);
  sockets[0].open(["_SET:A", { title: "renamed", items: ["a"] }]);
  assert.deepEqual({ ...document.state }, { title: "renamed", items: ["a"] });
  assert.deepEqual(sockets[0].frames, []);
  t.mock.timers.tick(300);
  assert.equal(store.size, 0);
});

test("edits that do not fit the application, or are old or unreadable, are dropped", async (t) => {
  t.mock.method(console, "error", () => {});
  await editOffline(t);
  const [[name, text]] = [...store];
  assert.deepEqual({ ...(await load(t, { ...INITIAL, added: 1 })).state }, { ...INITIAL, added: 1 });
  assert.equal(store.size, 0);
  for (const broken of ["{", "{}", "null", text.replace(/"versions":\[.*?\],"v/, '"versions":[],"v')]) {
    store.set(name, broken);
    assert.deepEqual({ ...(await load(t)).state }, INITIAL, broken);
  }
  store.set(name, text);
  t.mock.timers.tick(8 * 24 * 3600 * 1000);
  assert.deepEqual({ ...(await load(t)).state }, INITIAL);
});

test("a document that is too large is not kept", async (t) => {
  await editOffline(t);
  const document = await load(t);
  document.set({ text: "x".repeat(MAX_SIZE) });
  t.mock.timers.tick(300);
  assert.equal(store.size, 0);
});

test("a store that fails does not affect the document", async (t) => {
  const reported = [];
  t.mock.method(console, "error", (error) => reported.push(error.message));
  store.get = () => {
    throw new Error("not allowed");
  };
  store.set = () => {
    throw new Error("full");
  };
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_000_000 });
  const document = await load(t);
  sockets[0].open(["_SET:A", INITIAL]);
  document.set({ text: "mine" });
  document.sync();
  t.mock.timers.tick(300);
  assert.equal(document.isSynced, true);
  assert.deepEqual([...new Set(reported)], ["not allowed", "full"]);
});

test("a session can be closed while it restores edits", async (t) => {
  const session = new Session("ws://x/ws", { WebSocket: FakeSocket, persist: store });
  session.connect();
  assert.equal(session.status, "connecting");
  session.close();
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  assert.equal(session.status, "stopped");
  assert.equal(sockets.length, 0);
  t.after(() => session.close());
});

test("a store must be a Storage or have get and set", () => {
  assert.throws(() => new Session("ws://x/ws", { WebSocket: FakeSocket, persist: {} }), TypeError);
  const storage = { getItem: () => null, setItem() {}, removeItem() {} };
  new Session("ws://x/ws", { WebSocket: FakeSocket, persist: storage });
});
