// The client and a server that the test controls, over real sockets.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { WebSocket } from "ws";
import { Backoff } from "../../../ws_sync/web/lib/backoff.js";
import { Session } from "../../../ws_sync/web/ws-sync.js";
import { Server, becomes, within } from "./server.mjs";

let server;
let session;
const problems = [];

const QUICK = {
  WebSocket,
  firstDelay: 5,
  maxDelay: 40,
  quietFor: 100,
  identify: () => ({ user: "ada", session: "one" }),
};
const INITIAL = { text: "", items: [], table: {} };

function create(options = {}) {
  session = new Session(server.url, { ...QUICK, ...options });
  session.on("problem", (problem) => problems.push(problem));
  return session;
}

/** Creates a session whose document A follows the server. */
async function follow(state = INITIAL) {
  const document = create().document("A", INITIAL);
  session.connect();
  const link = await server.next();
  link.send("_SET:A", state);
  await link.rest();
  return { document, link };
}

beforeEach(async () => {
  server = await Server.start();
  problems.length = 0;
});

afterEach(async () => {
  session?.close();
  await server.stop();
});

test("no subprotocol is offered, and the server's state is taken", async () => {
  const { document, link } = await follow({ text: "hello", items: [1], extra: null });
  assert.equal(link.request.headers["sec-websocket-protocol"], undefined);
  assert.deepEqual({ ...document.state }, { text: "hello", items: [1], extra: null });
  assert.equal(document.isSynced, true);
});

test("an edit is visible at once, and a sync sends one patch", async () => {
  const { document, link } = await follow();
  let changes = 0;
  document.subscribe(() => changes++);
  document.set({ text: "a" });
  document.set(({ items }) => ({ items: [...items, 1] }));
  assert.equal(document.isSynced, false);
  assert.equal(changes, 2);
  document.sync();
  assert.equal(document.isSynced, true);
  document.sync(); // nothing has changed
  const { frames } = await link.rest();
  assert.deepEqual(frames, [
    {
      type: "_PATCH:A",
      data: [
        { op: "replace", path: "/text", value: "a" },
        { op: "add", path: "/items/0", value: 1 },
      ],
    },
  ]);
});

test("debounced edits are sent before a call, in order", async () => {
  const { document, link } = await follow();
  document.set({ text: "a" });
  document.sync({ debounce: 60_000 });
  assert.equal(document.call("rename", { to: "b" }), true);
  document.start("count", { steps: 2 });
  document.cancel("count");
  const { frames } = await link.rest();
  assert.deepEqual(
    frames.map(({ type }) => type),
    ["_PATCH:A", "_ACTION:A", "_TASK_START:A", "_TASK_CANCEL:A"],
  );
  assert.deepEqual(frames[1].data, { type: "rename", to: "b" });
});

test("a debounced sync is sent once, with the last value", async () => {
  const { document, link } = await follow();
  for (const text of ["a", "ab", "abc"]) {
    document.set({ text });
    document.sync({ debounce: 20 });
  }
  assert.deepEqual(await link.next(), { type: "_PATCH:A", data: [{ op: "replace", path: "/text", value: "abc" }] });
});

test("an argument can't replace the name of the action or the bytes", async () => {
  const { document, link } = await follow();
  assert.throws(() => document.call("a", { type: "b" }), TypeError);
  assert.throws(() => document.callWithBytes("a", new Uint8Array(1), { data: 1 }), TypeError);
  assert.throws(() => document.call("a", { x: NaN }), TypeError);
  assert.throws(() => document.callWithBytes("a", "text"), TypeError);
  assert.deepEqual((await link.rest()).frames, []);
});

test("bytes are sent right after their _BIN_META, and received as an argument", async () => {
  const { document, link } = await follow();
  const bytes = new Uint8Array([9, 1, 2, 3]).subarray(1);
  document.callWithBytes("upload", bytes, { name: "a" });
  assert.deepEqual(await link.next(), {
    type: "_BIN_META",
    data: { type: "_ACTION:A", metadata: { type: "upload", name: "a" } },
  });
  assert.deepEqual(await link.next(), new Uint8Array([1, 2, 3]));
  const came = within(new Promise((resolve) => document.onAction("file", resolve)), "the call");
  link.send("_BIN_META", { type: "_ACTION:A", metadata: { type: "file", name: "b" } });
  link.send("_GET:A", {}); // text may come between the frames of a pair
  link.socket.send(new Uint8Array([7, 8]));
  assert.deepEqual(await came, { name: "b", data: new Uint8Array([7, 8]) });
});

test("an incomplete binary pair of the last connection is dropped", async () => {
  const { document, link } = await follow();
  document.onOtherAction(() => assert.fail("must not be called"));
  link.send("_BIN_META", { type: "_ACTION:A", metadata: { type: "file" } });
  link.cut();
  const again = await server.next();
  again.send("_SET:A", INITIAL);
  again.socket.send(new Uint8Array([1]));
  await again.rest();
  assert.match(problems.at(-1).reason, /binary frame without _BIN_META/);
});

test("an action of the server reaches its handler, whose exception is reported", async (t) => {
  const reported = [];
  t.mock.method(console, "error", (error) => reported.push(error));
  const { document, link } = await follow();
  const calls = [];
  document.onAction("go", (given, name) => {
    calls.push([name, { ...given }]);
    throw new Error("of the application");
  });
  const end = document.onOtherAction((given, name) => calls.push([name, { ...given }]));
  link.send("_ACTION:A", { type: "go", x: 1 });
  link.send("_ACTION:A", { type: "toString" });
  await link.rest();
  assert.deepEqual(calls, [
    ["go", { x: 1 }],
    ["toString", {}],
  ]);
  assert.deepEqual(
    reported.map(({ message }) => message),
    ["of the application"],
  );
  end();
  link.send("_ACTION:A", { type: "constructor" });
  await link.rest();
  assert.equal(problems.at(-1).verdict, "ignored");
});

test("toasts and downloads are signalled and change no document", async () => {
  const { document, link } = await follow();
  const seen = [];
  session.on("toast", (toast) => seen.push({ ...toast }));
  session.on("download", (file) => seen.push(file));
  link.send("_TOAST", { type: "info", message: "hi" });
  link.send("_DOWNLOAD", { filename: "a.txt", data: "aGk=" });
  link.send("_TOAST", { type: "loud", message: "hi" });
  const { state } = await link.rest();
  assert.deepEqual(seen, [
    { type: "info", message: "hi" },
    { filename: "a.txt", bytes: new Uint8Array([104, 105]) },
  ]);
  assert.deepEqual(state, INITIAL);
  assert.equal(document.isSynced, true);
});

const UNREADABLE = [
  "",
  "{",
  "null",
  "[]",
  "5",
  '{"type":1}',
  '{"data":{}}',
  '{"type":"_SET:A","data":{"text":NaN}}',
  '{"type":"_SET:A","data":{"text":1e999}}',
  String.raw`{"type":"_SET:A","data":{"text":"\ud800"}}`,
  '{"type":"_SET:A","type":"_SET:A","data":{"text":""}}',
  "[".repeat(100_000),
];
const UNFIT = [
  ["_PATCH:A", [{ op: "remove", path: "/nowhere" }]],
  [
    "_PATCH:A",
    [
      { op: "replace", path: "/text", value: "half" },
      { op: "test", path: "/text", value: 1 },
    ],
  ],
  ["_PATCH:A", [{ op: "add", path: "/__proto__/polluted", value: 1 }]],
  ["_PATCH:A", [{ op: "replace", path: "/constructor", value: 1 }]],
  ["_PATCH:A", [{ op: "add", path: "/items/01", value: 1 }]],
  ["_PATCH:A", { op: "add", path: "/text", value: 1 }],
  ["_PATCH:A", [{ op: "add", path: "/text" }]],
  ["_PATCH:A", [{ op: "replace", path: "", value: [] }]],
  ["_SET:A", null],
  ["_SET:A", [1]],
];

for (const [name, text] of [
  ...UNREADABLE.map((text) => [`a malformed frame, ${text.slice(0, 50)}`, text]),
  ...UNFIT.map(([type, data]) => [
    `an invalid event, ${type} ${JSON.stringify(data)}`,
    JSON.stringify({ type, data }),
  ]),
]) {
  test(`${name}, changes nothing, and the state is requested`, async () => {
    const { document, link } = await follow({ ...INITIAL, text: "before" });
    const before = document.state;
    link.text(text);
    assert.deepEqual(await link.next(), { type: "_GET:A", data: {} });
    assert.equal(document.state, before);
    assert.equal(document.isSynced, false);
    document.set({ items: ["mine"] });
    document.sync(); // waits for the state
    link.send("_SET:A", { ...INITIAL, text: "after" });
    assert.deepEqual(await link.next(), { type: "_PATCH:A", data: [{ op: "add", path: "/items/0", value: "mine" }] });
    assert.equal(document.state.text, "after");
    assert.equal({}.polluted, undefined);
    assert.equal(link.socket.readyState, 1);
  });
}

test("unknown events are ignored", async () => {
  const { document, link } = await follow();
  const before = document.state;
  for (const [type, data] of [
    ["_FUTURE:A", 1],
    ["_SET:B", { text: 1 }],
    ["_USER_SESSION", {}],
    ["_TASK_START:A", { type: "x" }],
    ["toString", 1],
    ["__proto__", 1],
    ["_SET:", {}],
    ["", 1],
    ["_HELLO", { extensions: [] }],
  ])
    link.send(type, data);
  assert.deepEqual((await link.rest()).frames, []);
  assert.equal(document.state, before);
});

test("many invalid patches cause one request at a time", async () => {
  const { link } = await follow();
  for (let count = 0; count < 50; count++) link.send("_PATCH:A", [{ op: "remove", path: "/nowhere" }]);
  const { frames } = await link.rest();
  assert.deepEqual(frames, [{ type: "_GET:A", data: {} }]);
});

test("a patch before the state is refused, and the state is requested", async () => {
  create().document("A", INITIAL);
  session.connect();
  const link = await server.next();
  link.send("_PATCH:A", [{ op: "replace", path: "/text", value: "x" }]);
  assert.deepEqual(await link.next(), { type: "_GET:A", data: {} });
});

test("a document that the server does not announce is requested", async () => {
  create().document("LAZY", {}, { lazy: true });
  session.connect();
  const link = await server.next();
  link.send("_SET:A", {});
  assert.deepEqual(await link.next(), { type: "_GET:LAZY", data: {} });
  session.document("LATE");
  assert.deepEqual(await link.next(), { type: "_GET:LATE", data: {} });
  assert.equal(session.document("LATE"), session.document("LATE"));
});

test("the identity is sent first and is the same on each connection", async () => {
  const document = create({ identify: undefined }).document("A", INITIAL);
  session.connect();
  document.set({ text: "early" });
  document.sync();
  const [first, second] = [await server.next(), null];
  first.send("_REQUEST_USER_SESSION");
  const answer = await first.next();
  assert.equal(answer.type, "_USER_SESSION");
  assert.ok(answer.data.user && answer.data.session);
  first.cut();
  const again = await server.next();
  again.text('{"type":"_REQUEST_USER_SESSION"}');
  assert.deepEqual(await again.next(), answer);
  assert.equal(second, null);
});

test("an identity may be asynchronous, and an invalid one is not sent", async (t) => {
  t.mock.method(console, "error", () => {});
  const refuse = async () => {
    throw new Error("no token");
  };
  const given = [
    () => "bad",
    () => ({ user: "", session: "b" }),
    refuse,
    async () => ({ user: "a", session: "b", more: 1 }),
  ];
  create({ identify: () => given.shift()() });
  session.connect();
  for (let attempt = 0; attempt < 3; attempt++) {
    const link = await server.next();
    link.send("_REQUEST_USER_SESSION");
    await link.closed;
  }
  const link = await server.next();
  link.send("_REQUEST_USER_SESSION");
  assert.deepEqual(await link.next(), { type: "_USER_SESSION", data: { user: "a", session: "b" } });
});

test("repeated requests for identification are answered once", async () => {
  let asked = 0;
  create({ identify: async () => ({ user: "ada", session: String(++asked) }) }).connect();
  const link = await server.next();
  for (let times = 0; times < 100; times++) link.send("_REQUEST_USER_SESSION");
  assert.deepEqual(await link.next(), { type: "_USER_SESSION", data: { user: "ada", session: "1" } });
  session.document("A", INITIAL);
  const { frames } = await link.rest();
  assert.deepEqual(
    frames.map(({ type }) => type),
    ["_GET:A"],
  );
});

test("requests of a server that does not read are answered when it reads again", async () => {
  const text = "x".repeat(1 << 20);
  const { document, link } = await follow({ ...INITIAL, text });
  link.socket.pause();
  let heard = 0;
  session.on("received", () => heard++);
  let sent = 0;
  session.on("sent", () => sent++);
  const asked = 200;
  for (let times = 0; times < asked; times++) link.send("_GET:A", {});
  await within(new Promise((resolve) => session.on("received", () => heard === asked && resolve())), "all questions");
  assert.ok(sent < 20, `${sent} states were sent to a server that does not read`);
  document.set({ text: "short" });
  document.sync();
  link.socket.resume();
  let answers = 0;
  for (let last; answers < asked; answers++) {
    do last = await link.next();
    while (last.type !== "_SET:A");
    if (answers === asked - 1) assert.equal(last.data.text, "short");
  }
  assert.equal((await link.rest()).frames.length, 0);
});

test("edits made during a disconnection are merged into the new state and sent", async () => {
  const { document, link } = await follow({ text: "old", items: ["a"], table: {} });
  link.cut();
  await becomes(session, "disconnected");
  assert.equal(document.call("x"), false);
  document.set({ text: "mine", items: ["a", "mine"] });
  document.sync();
  const again = await server.next();
  again.send("_SET:A", { text: "theirs", items: ["a", "theirs"], table: { x: 1 } });
  assert.deepEqual((await again.next()).data, [
    { op: "replace", path: "/text", value: "mine" },
    { op: "add", path: "/items/2", value: "mine" },
  ]);
  assert.deepEqual((await again.rest()).state, { text: "mine", items: ["a", "theirs", "mine"], table: { x: 1 } });
  assert.equal(document.isSynced, true);
});

test("an edit without a sync is kept across connections and not sent", async () => {
  const { document, link } = await follow();
  document.set({ text: "draft" });
  link.cut();
  const again = await server.next();
  again.send("_SET:A", { ...INITIAL, items: [1] });
  again.send("_ACTION:A", { type: "answer" }); // a fence that requests no state, because sending the state sends the edit
  document.onAction("answer", () => document.call("answered"));
  assert.deepEqual(await again.next(), { type: "_ACTION:A", data: { type: "answered" } });
  assert.deepEqual({ ...document.state }, { ...INITIAL, items: [1], text: "draft" });
  document.sync();
  assert.deepEqual((await again.next()).data, [{ op: "replace", path: "/text", value: "draft" }]);
});

test("the session reconnects after each kind of loss, and not after _DISCONNECT", async () => {
  let { link } = await follow();
  for (const lose of [
    () => link.cut(),
    () => link.socket.close(1000),
    () => link.socket.close(1011),
    () => link.socket.close(4401),
    () => link.socket._socket.write(Buffer.from([0xff, 0xff, 0xff])),
  ]) {
    lose();
    await becomes(session, "disconnected");
    link = await server.next();
    link.send("_SET:A", INITIAL);
    await link.rest();
  }
  link.send("_DISCONNECT", "elsewhere");
  await link.closed;
  assert.equal(session.status, "stopped");
  assert.equal(session.reason, "elsewhere");
  assert.equal(session.retryAt, null);
  session.connect();
  await server.next();
});

test("the session reconnects to a restarted server, and an attempt has a time limit", async () => {
  const { port } = server;
  create({ openWithin: 50 }).document("A", INITIAL);
  session.connect();
  const link = await server.next();
  link.send("_SET:A", INITIAL);
  await link.rest();
  await server.stop();
  await becomes(session, "disconnected");
  await within(
    new Promise((resolve) => session.on("status", () => session.failures > 2 && resolve())),
    "three failures",
  );
  server = await Server.start(port);
  await server.next();
});

test("delays grow up to the limit and are random", () => {
  const [none, all] = [0, 1 - Number.EPSILON].map(
    (value) => new Backoff({ first: 100, most: 1000, random: () => value }),
  );
  const waits = Array.from({ length: 6 }, () => [none.next(), Math.round(all.next())]);
  assert.deepEqual(waits, [
    [50, 100],
    [100, 200],
    [200, 400],
    [400, 800],
    [500, 1000],
    [500, 1000],
  ]);
  const spread = Array.from({ length: 50 }, () => new Backoff({ first: 100, most: 1000 }).next());
  assert.ok(new Set(spread).size > 40);
  none.reset();
  assert.equal(none.next(), 50);
});

test("a session with a silent server is connected after a while", async () => {
  const document = create().document("A", INITIAL);
  session.connect();
  const link = await server.next();
  await becomes(session, "connected");
  document.call("hello");
  assert.deepEqual(await link.next(), { type: "_ACTION:A", data: { type: "hello" } });
});

test("events of an older connection are ignored", async () => {
  const { document, link } = await follow();
  session.close();
  session.connect();
  const again = await server.next();
  link.send("_SET:A", { ...INITIAL, text: "stale" });
  again.send("_SET:A", { ...INITIAL, text: "new" });
  await again.rest();
  assert.equal(document.state.text, "new");
});

test("a listener may close the session while a frame is handled", async () => {
  for (const signal of ["received", "status"]) {
    const document = create().document("A", INITIAL);
    const end = session.on(signal, () => signal === "status" && session.status !== "connected" ? null : (end(), session.close()));
    session.connect();
    const link = await server.next();
    link.send("_SET:A", { ...INITIAL, text: "late" });
    await link.closed;
    assert.equal(session.status, "stopped");
    assert.equal(document.isFollowing, false);
    assert.equal(document.state.text, "");
  }
});

test("an invalid option or URL throws at once", () => {
  assert.throws(() => new Session("ftp://x", { WebSocket }), TypeError);
  assert.throws(() => new Session("nonsense", { WebSocket }), TypeError);
  assert.throws(() => new Session("ws://x", { WebSocket, retries: 3 }), TypeError);
  assert.throws(() => create().on("nothing", () => {}), TypeError);
  assert.throws(() => create().send("_SET:A", {}), TypeError);
  assert.equal(new Session("http://x/ws#here", { WebSocket }).url, "ws://x/ws");
});

test("fetchState requests the state, and sendState sends the whole state", async () => {
  const { document, link } = await follow();
  document.set({ text: "a" });
  document.sendState();
  document.fetchState();
  document.fetchState();
  for (const expected of [
    { type: "_SET:A", data: { ...INITIAL, text: "a" } },
    { type: "_GET:A", data: {} },
    { type: "_GET:A", data: {} },
  ]) {
    assert.deepEqual(await link.next(), expected);
  }
});
