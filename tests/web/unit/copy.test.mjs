import assert from "node:assert/strict";
import { test } from "node:test";
import { Copy } from "../../../ws_sync/web/lib/copy.js";
import { write } from "../../../ws_sync/web/lib/events.js";
import { equal, parse, toJson } from "../../../ws_sync/web/lib/json.js";
import { apply } from "../../../ws_sync/web/lib/patch.js";
import { Refused } from "../../../ws_sync/web/lib/pointer.js";
import { numbers, stateOf, variantOf } from "./random.mjs";

const plain = (value) => JSON.parse(JSON.stringify(value));
const following = (state) => {
  const copy = new Copy({});
  copy.replace(toJson(state), true);
  return copy;
};

test("nothing is pending when nothing changed", () => {
  const copy = following({ a: 1 });
  assert.equal(copy.edit({ a: 1 }), false);
  assert.equal(copy.isPending, false);
  assert.deepEqual(copy.take(), []);
});

test("several edits are one patch", () => {
  const copy = following({ a: 1, b: [1], c: { x: 1 } });
  copy.edit({ ...copy.state, a: 2 });
  copy.edit({ ...copy.state, b: [1, 2] });
  copy.edit({ ...copy.state, c: {} });
  assert.equal(copy.take().length, 3);
  assert.deepEqual(copy.take(), []);
});

test("a patch of the server goes below a pending edit, which then fits the new state", () => {
  const copy = following({ items: ["a", "b", "c"] });
  copy.edit({ items: ["a", "b", "C"] });
  copy.patch([{ op: "remove", path: "/items/0" }]);
  assert.deepEqual(plain(copy.state), { items: ["b", "C"] });
  assert.deepEqual(apply(toJson({ items: ["b", "c"] }), copy.take()), { items: ["b", "C"] });
});

test("a patch that can't be applied changes nothing", () => {
  const copy = following({ a: 1 });
  const before = copy.state;
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
    assert.throws(() => copy.patch(patch), Refused);
    assert.equal(copy.state, before);
  }
  assert.equal({}.x, undefined);
});

/** Doubles what is at /a, so many times. */
const doubled = (times) =>
  Array.from({ length: times }, () => [
    { op: "add", path: "/b", value: [] },
    { op: "copy", from: "/a", path: "/b/0" },
    { op: "copy", from: "/a", path: "/b/1" },
    { op: "move", from: "/b", path: "/a" },
  ]).flat();

test("a patch that copies without measure is refused, and so are many that do it together", () => {
  const copy = following({ a: ["x"] });
  assert.throws(() => copy.patch(doubled(60)), Refused);
  assert.throws(() => {
    for (let round = 0; round < 60; round++) copy.patch(doubled(1));
  }, Refused);
  assert.ok(JSON.stringify(copy.state).length < 1 << 27);
});

test("a patch that shifts large arrays again and again is refused", () => {
  const copy = following({ a: Array(1_000_000).fill(0) });
  for (const op of ["add", "remove"])
    assert.throws(() => copy.patch(Array(1001).fill({ op, path: "/a/0", value: 1 })), Refused);
  copy.patch(Array(100).fill({ op: "add", path: "/a/-", value: 1 }));
  assert.equal(copy.state.a.length, 1_000_100);
});

test("what has more parts than a function takes arguments is edited and merged", () => {
  const numbers = Array.from({ length: 150_000 }, (_, number) => number);
  const text = "so long that a patch of each number is shorter";
  const copy = following({ numbers, table: Object.fromEntries(numbers.map((n) => [`k${n}`, { text, n }])) });
  const table = Object.fromEntries(numbers.map((n) => [`k${n}`, { text, n: -1 }]));
  copy.edit({ numbers: [...numbers, "mine"], table });
  copy.patch([{ op: "add", path: "/numbers/0", value: "theirs" }]);
  assert.equal(copy.state.numbers.length, 150_002);
  assert.equal(copy.take().length, 150_001);
});

test("a state on the same connection replaces what was sent, and keeps what is pending", () => {
  const copy = following({ a: 1, b: 1 });
  copy.edit({ a: 2, b: 1 });
  copy.take();
  copy.edit({ a: 2, b: 2 });
  copy.replace(toJson({ a: 9, b: 1 }), false);
  assert.deepEqual(plain(copy.state), { a: 9, b: 2 });
  assert.deepEqual(plain(copy.take()), [{ op: "replace", path: "/b", value: 2 }]);
});

test("an edit that was made without a connection wins over the new state where both changed", () => {
  const copy = following({ title: "old", notes: ["a"] });
  copy.edit({ title: "mine", notes: ["a", "mine"] });
  copy.replace(toJson({ title: "theirs", notes: ["a", "theirs"] }), true);
  assert.deepEqual(plain(copy.state), { title: "mine", notes: ["a", "theirs", "mine"] });
  assert.deepEqual(plain(apply(toJson({ title: "theirs", notes: ["a", "theirs"] }), copy.take())), plain(copy.state));
});

test("an edit that was lost on its way is made again", () => {
  const copy = following({ a: 1, b: 1 });
  copy.edit({ a: 2, b: 1 });
  copy.take();
  assert.equal(copy.replace(toJson({ a: 1, b: 7 }), true), true);
  assert.deepEqual(plain(copy.state), { a: 2, b: 7 });
  assert.deepEqual(plain(copy.take()), [{ op: "replace", path: "/a", value: 2 }]);
});

test("an edit that had arrived is not made again, nor over a later value", () => {
  for (const [now, expected] of [
    [{ a: 2 }, 2],
    [{ a: 3 }, 3],
  ]) {
    const copy = following({ a: 1 });
    copy.edit({ a: 2 });
    copy.take();
    assert.equal(copy.replace(toJson(now), true), false);
    assert.equal(copy.state.a, expected);
    assert.deepEqual(copy.take(), []);
  }
});

test("an edit that is known to have arrived is not made again", () => {
  const copy = following({ a: 1 });
  copy.edit({ a: 2 });
  copy.take();
  copy.confirm();
  assert.equal(copy.replace(toJson({ a: 1 }), true), false);
  assert.equal(copy.state.a, 1);
});

test("a state that was sent counts as sent", () => {
  const copy = following({ a: 1 });
  copy.edit({ a: 2 });
  assert.deepEqual(plain(copy.takeAll()), { a: 2 });
  assert.equal(copy.isPending, false);
  assert.equal(copy.isUnconfirmed, true);
});

test("what is handed over stays the application's, and what is handed out can't be changed", () => {
  const copy = following({ items: [1] });
  const mine = { items: [1, { x: 1 }] };
  copy.edit(mine);
  mine.items[1].x = 2;
  assert.equal(copy.state.items[1].x, 1);
  assert.throws(() => copy.state.items.push(3), TypeError);
  assert.throws(() => (copy.state.items[1].x = 3), TypeError);
});

for (const [name, value] of Object.entries({
  NaN: NaN,
  function: () => {},
  Map: new Map(),
  "half a pair": "\ud800",
  BigInt: 1n,
  "undefined in an array": [undefined],
})) {
  test(`${name} is refused, and nothing changes`, () => {
    const copy = following({ a: 1 });
    assert.throws(() => copy.edit({ a: value }), TypeError);
    assert.deepEqual(plain(copy.state), { a: 1 });
  });
}

test("patches that build on each other do not nest deeper than a frame may", () => {
  const copy = following({ a: [] });
  const deeper = [
    { op: "copy", path: "/b", from: "/a" },
    { op: "add", path: "/a", value: [] },
    { op: "move", path: "/a/0", from: "/b" },
  ];
  assert.throws(() => {
    for (let count = 0; count < 200; count++) copy.patch(deeper);
  }, Refused);
  assert.ok(JSON.stringify(copy.state).length > 200);
  assert.ok(write("_PATCH:A", [{ op: "replace", path: "/a", value: copy.state.a }]));
  assert.throws(() => copy.edit({ a: copy.state }), RangeError);
});

/**
 * A server that is right, a wire that keeps order and may be cut, and a client. Whatever happens, the two are equal in the
 * end, and every patch of the client fits where it arrives.
 */
test("client and server are equal in the end, whatever crosses and is cut", () => {
  const random = numbers(11);
  for (let round = 0; round < 400; round++) {
    let server = toJson(stateOf(random));
    let snapshot = server; // what the client is known to hold
    const copy = new Copy(server);
    let [up, down] = [[], [server]]; // frames on their way; a state or a patch
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
        const restored = copy.replace(frame, isFirst);
        isFirst = false;
        if (restored) up.push(copy.take());
        return true;
      }
      try {
        copy.patch(frame);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return false;
      }
      return true;
    };
    for (let step = 0; step < 12; step++) {
      const act = random(6);
      if (act === 0) copy.edit(variantOf(random, copy.state));
      else if (act === 1 && !isFirst) up.push(copy.take());
      else if (act === 2) {
        server = toJson(variantOf(random, server));
        down.push(server); // a server may always send the state
      } else if (act === 3 && up.length > 0) handle();
      else if (act === 4 && down.length > 0) hear();
      else if (act === 5 && random(3) === 0) {
        [up, down] = [[], [server]];
        isFirst = true;
      }
    }
    while (down.length > 0) hear();
    up.push(copy.take());
    while (up.length > 0) handle();
    down.push(server); // the fence
    while (down.length > 0) hear();
    assert.ok(equal(copy.state, server), JSON.stringify({ round, client: copy.state, server }));
  }
});
