import assert from "node:assert/strict";
import { test } from "node:test";
import { diff } from "../../../ws_sync/web/lib/diff.js";
import { equal, toJson } from "../../../ws_sync/web/lib/json.js";
import { apply } from "../../../ws_sync/web/lib/patch.js";
import { numbers, stateOf, variantOf } from "./random.mjs";

const made = (before, after) => diff(toJson(before), toJson(after));

test("equal states give no operations", () => {
  assert.deepEqual(made({ a: [1, { b: null }] }, { a: [1, { b: null }] }), []);
  assert.deepEqual(made({ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }), []);
});

test("names are escaped", () => {
  assert.deepEqual(made({ "a/b": 1, "~c": 1, "": 1 }, { "a/b": 2, "~c": 2, "": 2 }), [
    { op: "replace", path: "/a~1b", value: 2 },
    { op: "replace", path: "/~0c", value: 2 },
    { op: "replace", path: "/", value: 2 },
  ]);
});

test("a change of the type alone is a change", () => {
  assert.deepEqual(made({ a: 1, b: 0, c: null }, { a: true, b: "", c: false }).length, 3);
});

const LONG = Array.from({ length: 30 }, (_, number) => ({ id: number, text: `note ${number}` }));

test("one element of an array is one operation", () => {
  const changed = LONG.with?.(4, { id: 4, text: "x" }) ?? Object.assign([...LONG], { 4: { id: 4, text: "x" } });
  assert.deepEqual(made({ a: LONG }, { a: changed }), [{ op: "replace", path: "/a/4/text", value: "x" }]);
  assert.deepEqual(made({ a: LONG }, { a: LONG.toSpliced?.(7, 1) ?? LONG.filter((_, at) => at !== 7) }), [
    { op: "remove", path: "/a/7" },
  ]);
  assert.deepEqual(made({ a: LONG }, { a: [{ id: 99 }, ...LONG] }), [{ op: "add", path: "/a/0", value: { id: 99 } }]);
  assert.equal(made({ a: LONG }, { a: [...LONG.slice(1), LONG[0]] }).length, 2); // moved
});

test("an attribute is replaced as a whole where that is shorter", () => {
  assert.deepEqual(made({ a: [1, 2, 3, 4] }, { a: [5, 6] }), [{ op: "replace", path: "/a", value: [5, 6] }]);
});

test("what the difference says makes the one of the other, and never takes more room than whole attributes", () => {
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
