import assert from "node:assert/strict";
import { test } from "node:test";
import { Replica } from "../../../ws_sync/web/lib/replica.js";
import { write } from "../../../ws_sync/web/lib/events.js";
import { equal, parse, toJson } from "../../../ws_sync/web/lib/json.js";
import { apply } from "../../../ws_sync/web/lib/patch.js";
import { Refused } from "../../../ws_sync/web/lib/pointer.js";
import { numbers, stateOf, variantOf } from "./random.mjs";

const plain = (value) => JSON.parse(JSON.stringify(value));
const following = (state) => {
  const replica = new Replica({});
  replica.applyState(toJson(state), true);
  return replica;
};

test("nothing is pending without a change", () => {
  const replica = following({ a: 1 });
  assert.equal(replica.edit({ a: 1 }), false);
  assert.equal(replica.isPending, false);
  assert.deepEqual(replica.takePatch(), []);
});

test("several edits are one patch", () => {
  const replica = following({ a: 1, b: [1], c: { x: 1 } });
  replica.edit({ ...replica.value, a: 2 });
  replica.edit({ ...replica.value, b: [1, 2] });
  replica.edit({ ...replica.value, c: {} });
  assert.equal(replica.takePatch().length, 3);
  assert.deepEqual(replica.takePatch(), []);
});

test("a pending edit is merged into a state after a patch of the server", () => {
  const replica = following({ items: ["a", "b", "c"] });
  replica.edit({ items: ["a", "b", "C"] });
  replica.applyPatch([{ op: "remove", path: "/items/0" }]);
  assert.deepEqual(plain(replica.value), { items: ["b", "C"] });
  assert.deepEqual(apply(toJson({ items: ["b", "c"] }), replica.takePatch()), { items: ["b", "C"] });
});

test("a patch that can't be applied changes nothing", () => {
  const replica = following({ a: 1 });
  const before = replica.value;
  for (const patch of [
    [
      { op: "replace", path: "/a", value: 2 },
      { op: "remove", path: "/b" },
    ],
    [{ op: "test", path: "/a", value: true }],
    [{ op: "replace", path: "", value: 5 }],
    "[]",
    [{ op: "add", path: "/__proto__/x", value: 1 }],
  ]) {
    assert.throws(() => replica.applyPatch(patch), Refused);
    assert.equal(replica.value, before);
  }
  assert.equal({}.x, undefined);
});

/** Returns a patch that doubles the array at /a repeatedly. */
const doubled = (times) =>
  Array.from({ length: times }, () => [
    { op: "add", path: "/b", value: [] },
    { op: "copy", from: "/a", path: "/b/0" },
    { op: "copy", from: "/a", path: "/b/1" },
    { op: "move", from: "/b", path: "/a" },
  ]).flat();

test("a patch that copies too much is refused, and so are several patches together", () => {
  const replica = following({ a: ["x"] });
  assert.throws(() => replica.applyPatch(doubled(60)), Refused);
  assert.throws(() => {
    for (let round = 0; round < 60; round++) replica.applyPatch(doubled(1));
  }, Refused);
  assert.ok(JSON.stringify(replica.value).length < 1 << 27);
});

test("a patch that shifts large arrays too often is refused", () => {
  const replica = following({ a: Array(1_000_000).fill(0) });
  for (const op of ["add", "remove"])
    assert.throws(() => replica.applyPatch(Array(1001).fill({ op, path: "/a/0", value: 1 })), Refused);
  replica.applyPatch(Array(100).fill({ op: "add", path: "/a/-", value: 1 }));
  assert.equal(replica.value.a.length, 1_000_100);
});

test("containers with more parts than a function can have arguments are edited and merged", () => {
  const numbers = Array.from({ length: 150_000 }, (_, number) => number);
  const text = "so long that a patch of each number is shorter";
  const replica = following({ numbers, table: Object.fromEntries(numbers.map((n) => [`k${n}`, { text, n }])) });
  const table = Object.fromEntries(numbers.map((n) => [`k${n}`, { text, n: -1 }]));
  replica.edit({ numbers: [...numbers, "mine"], table });
  replica.applyPatch([{ op: "add", path: "/numbers/0", value: "theirs" }]);
  assert.equal(replica.value.numbers.length, 150_002);
  assert.equal(replica.takePatch().length, 150_001);
});

test("a state on the same connection replaces sent edits and keeps pending ones", () => {
  const replica = following({ a: 1, b: 1 });
  replica.edit({ a: 2, b: 1 });
  replica.takePatch();
  replica.edit({ a: 2, b: 2 });
  replica.applyState(toJson({ a: 9, b: 1 }), false);
  assert.deepEqual(plain(replica.value), { a: 9, b: 2 });
  assert.deepEqual(plain(replica.takePatch()), [{ op: "replace", path: "/b", value: 2 }]);
});

test("an offline edit takes precedence over the new state where both changed", () => {
  const replica = following({ title: "old", notes: ["a"] });
  replica.edit({ title: "mine", notes: ["a", "mine"] });
  replica.applyState(toJson({ title: "theirs", notes: ["a", "theirs"] }), true);
  assert.deepEqual(plain(replica.value), { title: "mine", notes: ["a", "theirs", "mine"] });
  assert.deepEqual(plain(apply(toJson({ title: "theirs", notes: ["a", "theirs"] }), replica.takePatch())), plain(replica.value));
});

test("an edit that was lost with the connection is sent again", () => {
  const replica = following({ a: 1, b: 1 });
  replica.edit({ a: 2, b: 1 });
  replica.takePatch();
  assert.equal(replica.applyState(toJson({ a: 1, b: 7 }), true), true);
  assert.deepEqual(plain(replica.value), { a: 2, b: 7 });
  assert.deepEqual(plain(replica.takePatch()), [{ op: "replace", path: "/a", value: 2 }]);
});

test("an edit that had arrived is not sent again, also if a later value has replaced it", () => {
  for (const [now, expected] of [
    [{ a: 2 }, 2],
    [{ a: 3 }, 3],
  ]) {
    const replica = following({ a: 1 });
    replica.edit({ a: 2 });
    replica.takePatch();
    assert.equal(replica.applyState(toJson(now), true), false);
    assert.equal(replica.value.a, expected);
    assert.deepEqual(replica.takePatch(), []);
  }
});

test("a confirmed edit is not sent again", () => {
  const replica = following({ a: 1 });
  replica.edit({ a: 2 });
  replica.takePatch();
  replica.confirm(replica.mark);
  assert.equal(replica.applyState(toJson({ a: 1 }), true), false);
  assert.equal(replica.value.a, 1);
});

test("a state that was sent counts as sent", () => {
  const replica = following({ a: 1 });
  replica.edit({ a: 2 });
  assert.deepEqual(plain(replica.takeState()), { a: 2 });
  assert.equal(replica.isPending, false);
  assert.equal(replica.isUnconfirmed, true);
});

test("values passed in are copied, and states are frozen", () => {
  const replica = following({ items: [1] });
  const mine = { items: [1, { x: 1 }] };
  replica.edit(mine);
  mine.items[1].x = 2;
  assert.equal(replica.value.items[1].x, 1);
  assert.throws(() => replica.value.items.push(3), TypeError);
  assert.throws(() => (replica.value.items[1].x = 3), TypeError);
});

for (const [name, value] of Object.entries({
  NaN: NaN,
  function: () => {},
  Map: new Map(),
  "a lone surrogate": "\ud800",
  BigInt: 1n,
  "undefined in an array": [undefined],
})) {
  test(`${name} is refused, and nothing changes`, () => {
    const replica = following({ a: 1 });
    assert.throws(() => replica.edit({ a: value }), TypeError);
    assert.deepEqual(plain(replica.value), { a: 1 });
  });
}

test("several patches together can't nest deeper than a frame may", () => {
  const replica = following({ a: [] });
  const deeper = [
    { op: "copy", path: "/b", from: "/a" },
    { op: "add", path: "/a", value: [] },
    { op: "move", path: "/a/0", from: "/b" },
  ];
  assert.throws(() => {
    for (let count = 0; count < 200; count++) replica.applyPatch(deeper);
  }, Refused);
  assert.ok(JSON.stringify(replica.value).length > 200);
  assert.ok(write("_PATCH:A", [{ op: "replace", path: "/a", value: replica.value.a }]));
  assert.throws(() => replica.edit({ a: replica.value }), RangeError);
});

test("of two sent edits, only the one that was lost is sent again", () => {
  const replica = following({ text: "", items: ["x"] });
  for (const [text, item] of [["a", "milk"], ["ab", "bread"]]) {
    replica.edit({ text, items: [...replica.value.items, item] });
    replica.takePatch();
  }
  assert.equal(replica.applyState(toJson({ text: "a", items: ["x", "milk"] }), true), true);
  assert.deepEqual(plain(replica.value), { text: "ab", items: ["x", "milk", "bread"] });
  assert.deepEqual(plain(replica.takePatch()), [
    { op: "replace", path: "/text", value: "ab" },
    { op: "add", path: "/items/2", value: "bread" },
  ]);
});

test("a state that did not change is the same object", () => {
  const replica = following({ a: [1], b: 1 });
  const { value } = replica;
  replica.applyState(toJson({ a: [1], b: 1 }), false);
  assert.equal(replica.value, value);
  replica.edit({ a: [1], b: 2 });
  const edited = replica.value;
  replica.takePatch();
  replica.applyState(toJson({ a: [1], b: 1 }), true); // the edit was lost
  assert.equal(replica.value, edited);
});

test("the answer to a request keeps the edits that were sent after the request", () => {
  const replica = following({ a: 1, b: 1 });
  replica.edit({ a: 2, b: 1 });
  replica.takePatch();
  const { mark } = replica;
  replica.edit({ a: 2, b: 2 });
  replica.takePatch();
  replica.applyState(toJson({ a: 1, b: 1 }), false, mark); // the server has refused the first edit
  assert.deepEqual(plain(replica.value), { a: 1, b: 2 });
  assert.equal(replica.isPending, false);
  replica.applyState(toJson({ a: 1, b: 1 }), true); // the connection was lost with the second
  assert.deepEqual(plain(replica.takePatch()), [{ op: "replace", path: "/b", value: 2 }]);
});

test("no edit is lost or doubled by lost connections when others write elsewhere", () => {
  const random = numbers(5);
  for (let round = 0; round < 600; round++) {
    let server = toJson({ ...stateOf(random), other: 0 });
    let intended = server;
    const replica = following(server);
    let frames = []; // of the client, in transit
    const send = () => {
      const patch = replica.takePatch();
      if (patch.length > 0) frames.push({ patch, mark: replica.mark });
    };
    for (let step = 0; step < 25; step++) {
      const act = random(10);
      if (act < 3) {
        intended = toJson({ ...variantOf(random, replica.value), other: server.other });
        replica.edit(intended);
      } else if (act < 6) send();
      else if (act < 8 && frames.length > 0) {
        const { patch, mark } = frames.shift();
        server = apply(server, patch);
        if (random(3) === 0) replica.confirm(mark);
      } else if (act === 8) {
        const patch = toJson([{ op: "replace", path: "/other", value: random(1000) }]); // another client
        server = apply(server, patch);
        replica.applyPatch(patch);
      } else if (act === 9) {
        frames = [];
        if (random(2)) server = toJson({ ...server, other: random(1000) });
        replica.applyState(server, true);
        if (random(2)) send();
      }
      intended = toJson({ ...intended, other: server.other });
      assert.ok(equal(replica.value, intended), JSON.stringify({ round, step, value: replica.value, intended }));
    }
    send();
    for (const { patch } of frames) server = apply(server, patch);
    assert.ok(equal(replica.value, server), JSON.stringify({ round, value: replica.value, server }));
  }
});

/** A correct server, an ordered connection that may break, and a client: both are equal in the end. */
test("client and server are equal in the end, after crossing edits and lost connections", () => {
  const random = numbers(11);
  for (let round = 0; round < 400; round++) {
    let server = toJson(stateOf(random));
    let snapshot = server; // the state that the client holds
    const replica = new Replica(server);
    let [up, down] = [[], [server]]; // frames in transit: states and patches
    let isFirst = true;
    const handle = () => {
      const patch = up.shift();
      try {
        server = snapshot = apply(server, patch); // not echoed
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        snapshot = server; // state-refused-resync
        down.push(server);
      }
    };
    const hear = () => {
      const frame = down.shift();
      if (!Array.isArray(frame)) {
        const restored = replica.applyState(frame, isFirst);
        isFirst = false;
        if (restored) up.push(replica.takePatch());
        return true;
      }
      try {
        replica.applyPatch(frame);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return false;
      }
      return true;
    };
    for (let step = 0; step < 12; step++) {
      const act = random(6);
      if (act === 0) replica.edit(variantOf(random, replica.value));
      else if (act === 1 && !isFirst) up.push(replica.takePatch());
      else if (act === 2) {
        server = toJson(variantOf(random, server));
        down.push(server); // a server may send the state at any time
      } else if (act === 3 && up.length > 0) handle();
      else if (act === 4 && down.length > 0) hear();
      else if (act === 5 && random(3) === 0) {
        [up, down] = [[], [server]];
        isFirst = true;
      }
    }
    while (down.length > 0) hear();
    up.push(replica.takePatch());
    while (up.length > 0) handle();
    down.push(server); // the fence
    while (down.length > 0) hear();
    assert.ok(equal(replica.value, server), JSON.stringify({ round, client: replica.value, server }));
  }
});
