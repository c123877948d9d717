// Dead connections and failing constructors, with a fake WebSocket and a fake clock.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Session } from "../../../ws_sync/web/ws-sync.js";
import { FakeSocket, sockets } from "./fake-socket.mjs";

/** Starts a session that follows A, on a fake clock. */
function follow(t, options = {}) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_000_000 });
  const session = new Session("ws://x/ws", { WebSocket: FakeSocket, ...options });
  const document = session.document("A", { text: "" });
  session.connect();
  sockets[0].open(["_SET:A", { text: "" }]);
  t.after(() => session.close());
  const wait = (milliseconds) => {
    for (let passed = 0; passed < milliseconds; passed += 500) t.mock.timers.tick(500);
  };
  return { session, document, wait };
}

beforeEach(() => {
  sockets.length = 0;
});

test("a silent connection is checked, is in doubt without an answer, and lost after ten seconds", (t) => {
  const { session, document, wait } = follow(t);
  const [socket] = sockets;
  wait(29_000);
  assert.deepEqual(socket.sent, []);
  wait(2000);
  assert.deepEqual(socket.sent, ["_GET:A"]);
  assert.equal(document.isSynced, true);
  wait(3000);
  assert.equal(document.isSynced, false);
  assert.equal(document.snapshot.isSynced, false);
  assert.equal(session.status, "connected");
  const changes = [];
  document.subscribe(() => changes.push(document.isSynced));
  wait(8000);
  assert.notEqual(session.status, "connected");
  assert.equal(socket.readyState, 3);
  assert.equal(changes.includes(true), false);
  wait(1000);
  assert.equal(sockets.length, 2); // it has reconnected
});

test("a connection whose check is answered stays, and is in sync again", (t) => {
  const { session, document, wait } = follow(t);
  for (let round = 1; round < 5; round++) {
    wait(34_000);
    assert.equal(sockets[0].sent.length, round);
    assert.equal(document.isSynced, false);
    sockets[0].receive("_SET:A", { text: "" });
    assert.equal(document.isSynced, true);
    assert.equal(session.status, "connected");
  }
});

test("an edit without any frame after it is checked, and sent again on the next connection", (t) => {
  const { session, document, wait } = follow(t);
  document.set({ text: "typed" });
  document.sync();
  wait(4500);
  assert.deepEqual(sockets[0].sent, ["_PATCH:A"]);
  wait(1500);
  assert.deepEqual(sockets[0].sent, ["_PATCH:A", "_GET:A"]);
  wait(12_000);
  assert.equal(sockets.length, 2);
  sockets[0].open(["_SET:A", { text: "" }]);
  assert.deepEqual(sockets[0].sent, ["_PATCH:A"]);
  assert.equal(document.state.text, "typed");
  assert.equal(session.status, "connected");
});

test("edits on a live connection are checked at most every few seconds", (t) => {
  const { document, wait } = follow(t);
  for (let count = 0; count < 40; count++) {
    document.set({ text: String(count) });
    document.sync();
    wait(500);
    if (sockets[0].sent.at(-1) === "_GET:A") sockets[0].receive("_SET:A", { text: String(count) });
  }
  assert.equal(document.state.text, "39");
  assert.equal(sockets.length, 1);
  const checks = sockets[0].sent.filter((type) => type === "_GET:A").length;
  assert.ok(checks >= 2 && checks <= 4, `${checks} checks`);
});

for (const name of ["online", "pageshow", "visibilitychange"]) {
  test(`a connection is checked on ${name}`, (t) => {
    const page = new EventTarget();
    page.visibilityState = "visible";
    const window = new EventTarget();
    const replaced = { document: page };
    for (const each of ["addEventListener", "removeEventListener"]) replaced[each] = window[each].bind(window);
    const before = Object.fromEntries(Object.keys(replaced).map((each) => [each, globalThis[each]]));
    Object.assign(globalThis, replaced);
    const { session, wait } = follow(t);
    t.after(() => Object.assign(globalThis, before)); // after the session has closed
    (name === "visibilitychange" ? page : window).dispatchEvent(new Event(name));
    assert.deepEqual(sockets[0].sent, ["_GET:A"]);
    wait(11_000);
    assert.notEqual(session.status, "connected");
  });
}

test("a constructor that throws is a failed attempt, and the session retries with delays", (t) => {
  const reported = [];
  t.mock.method(console, "error", (error) => reported.push(error));
  let failures = 0;
  class Failing extends FakeSocket {
    constructor() {
      if (failures-- > 0) throw new Error("blocked");
      super();
    }
  }
  const { session, document, wait } = follow(t, { WebSocket: Failing });
  failures = 3;
  sockets[0].onclose();
  assert.equal(session.status, "disconnected");
  wait(4000);
  assert.equal(failures, -1);
  assert.equal(session.failures >= 3, true);
  sockets[0].open(["_SET:A", { text: "again" }]);
  assert.equal(document.state.text, "again");
  session.close();
  failures = 1;
  session.connect(); // the first attempt throws too
  assert.equal(session.status, "disconnected");
  wait(500);
  sockets[0].open(["_SET:A", { text: "" }]);
  assert.equal(session.status, "connected");
  assert.deepEqual(reported.map(({ message }) => message), ["blocked"]);
});
