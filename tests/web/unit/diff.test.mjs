import assert from "node:assert/strict";
import { test } from "node:test";
import { diff } from "../../../ws_sync/web/lib/diff.js";
import { equal, toJson } from "../../../ws_sync/web/lib/json.js";
import { apply } from "../../../ws_sync/web/lib/patch.js";
import { numbers, stateOf, variantOf } from "./random.mjs";

const patchOf = (before, after) => diff(toJson(before), toJson(after));

test("equal states give no operations", () => {
  assert.deepEqual(patchOf({ a: [1, { b: null }] }, { a: [1, { b: null }] }), []);
  assert.deepEqual(patchOf({ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }), []);
});

test("names are escaped", () => {
  assert.deepEqual(patchOf({ "a/b": 1, "~c": 1, "": 1 }, { "a/b": 2, "~c": 2, "": 2 }), [
    { op: "replace", path: "/a~1b", value: 2 },
    { op: "replace", path: "/~0c", value: 2 },
    { op: "replace", path: "/", value: 2 },
  ]);
});

test("a change of only the type is a change", () => {
  assert.deepEqual(patchOf({ a: 1, b: 0, c: null }, { a: true, b: "", c: false }).length, 3);
});

const LONG = Array.from({ length: 30 }, (_, number) => ({ id: number, text: `note ${number}` }));

test("one element of an array is one operation", () => {
  const changed = LONG.with?.(4, { id: 4, text: "x" }) ?? Object.assign([...LONG], { 4: { id: 4, text: "x" } });
  assert.deepEqual(patchOf({ a: LONG }, { a: changed }), [{ op: "replace", path: "/a/4/text", value: "x" }]);
  assert.deepEqual(patchOf({ a: LONG }, { a: LONG.toSpliced?.(7, 1) ?? LONG.filter((_, at) => at !== 7) }), [
    { op: "remove", path: "/a/7" },
  ]);
  assert.deepEqual(patchOf({ a: LONG }, { a: [{ id: 99 }, ...LONG] }), [{ op: "add", path: "/a/0", value: { id: 99 } }]);
  assert.equal(patchOf({ a: LONG }, { a: [...LONG.slice(1), LONG[0]] }).length, 2); // moved
});

test("an attribute is replaced as a whole if that is shorter", () => {
  assert.deepEqual(patchOf({ a: [1, 2, 3, 4] }, { a: [5, 6] }), [{ op: "replace", path: "/a", value: [5, 6] }]);
});

test("a patch turns one random state into the other and is never longer than replacing the attributes", () => {
  const random = numbers(7);
  for (let round = 0; round < 3000; round++) {
    const before = toJson(stateOf(random));
    const after = toJson(variantOf(random, before));
    const patch = diff(before, after);
    assert.ok(equal(apply(before, patch), after), JSON.stringify({ before, after, patch }));
    assert.equal(patch.length === 0, equal(before, after));
    const whole = Object.entries(after)
      .filter(([name, value]) => !equal(value, before[name]))
      .map(([name, value]) => ({ op: "replace", path: `/${name}`, value }));
    assert.ok(JSON.stringify(patch).length <= JSON.stringify(whole).length, JSON.stringify({ patch, whole }));
  }
});
