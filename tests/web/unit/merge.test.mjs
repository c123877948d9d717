import assert from "node:assert/strict";
import { test } from "node:test";
import { equal, toJson } from "../../../ws_sync/web/json.js";
import { merge } from "../../../ws_sync/web/merge.js";
import { numbers, stateOf, variantOf } from "./random.mjs";

const merged = (base, mine, theirs, unseen = true) => JSON.parse(JSON.stringify(merge(...[base, mine, theirs].map((value) => toJson(value)), unseen)));
const both = (name, base, mine, theirs, expected, ifSent = expected) =>
  test(name, () => {
    assert.deepEqual(merged(base, mine, theirs, true), expected);
    assert.deepEqual(merged(base, mine, theirs, false), ifSent, "of an edit that may have arrived");
  });

both("different attributes are both changed", { a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 2 }, { a: 2, b: 2 });
both("of a leaf that both changed mine wins, unless it was sent", { a: 1 }, { a: 2 }, { a: 3 }, { a: 2 }, { a: 3 });
both("what I removed is gone", { a: { x: 1, y: 1 } }, { a: { y: 1 } }, { a: { x: 1, y: 2 } }, { a: { y: 2 } });
both("an edit inside what is gone is dropped", { a: { x: { y: 1 } } }, { a: { x: { y: 2 } } }, { a: {} }, { a: {} });
both("an edit inside what became another kind is dropped", { a: { x: 1 } }, { a: { x: 2 } }, { a: 5 }, { a: 5 });
both("a member that I added is there", { a: {} }, { a: { mine: 1 } }, { a: { theirs: 1 } }, { a: { mine: 1, theirs: 1 } });
both("an attribute that is gone takes my edit with it", { a: 1, b: 1 }, { a: 2, b: 1 }, { b: 1 }, { b: 1 });
both("what both appended is there, the server's first", [1, 2], [1, 2, "m"], [1, 2, "t"], [1, 2, "t", "m"]);
both("what both inserted in front is there", [1], ["m", 1], ["t", 1], ["t", "m", 1]);
both("edits of different elements are both made", [1, 2, 3], [9, 2, 3], [1, 2, 8], [9, 2, 8]);
both("edits of neighbours are both made", [1, 2], [9, 2], [1, 8], [9, 8]);
both("edits inside one element are both made", [{ x: 1, y: 1 }], [{ x: 2, y: 1 }], [{ x: 1, y: 2 }], [{ x: 2, y: 2 }]);
both("an element that I removed is gone while they inserted one", [1, 2, 3], [1, 3], [0, 1, 2, 3], [0, 1, 3]);
both("an edit of an element that is gone is dropped", [1, { x: 1 }, 3], [1, { x: 2 }, 3], [1, 3], [1, 3]);
both("they insert in front of what I change", ["a"], ["b"], ["t", "a"], ["t", "b"]);
both("they append to what I change", ["a"], ["b", "m"], ["a", "t"], ["b", "m", "t"]);
both("what both did alike is done once", { a: [1], b: 1 }, { a: [1, 2], b: 2 }, { a: [1, 2], b: 2 }, { a: [1, 2], b: 2 });
both("an element that was sent and has arrived beside others is not there twice", [], ["m"], ["m", "t"], ["m", "t", "m"], ["m", "t"]);
both("a member called __proto__ is a member", JSON.parse('{"a":{}}'), JSON.parse('{"a":{"__proto__":1}}'), { a: { b: 1 } }, JSON.parse('{"a":{"b":1,"__proto__":1}}'));

test("who changed nothing loses nothing, whatever the values are", () => {
  const random = numbers(3);
  for (let round = 0; round < 2000; round++) {
    const base = toJson(stateOf(random));
    const [mine, theirs] = [toJson(variantOf(random, base)), toJson(variantOf(random, base))];
    for (const unseen of [true, false]) {
      assert.equal(merge(base, base, theirs, unseen), theirs);
      assert.ok(equal(merge(base, mine, base, unseen), mine));
      assert.ok(equal(merge(base, mine, mine, unseen), mine));
      const result = merge(base, mine, theirs, unseen);
      assert.deepEqual(Object.keys(result).sort(), Object.keys(base).sort());
      for (const name of Object.keys(base)) {
        if (equal(base[name], mine[name])) assert.ok(equal(result[name], theirs[name]));
        if (equal(base[name], theirs[name])) assert.ok(equal(result[name], mine[name]));
      }
    }
  }
});
