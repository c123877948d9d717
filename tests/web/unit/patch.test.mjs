import assert from "node:assert/strict";
import { test } from "node:test";
import { depthOf, equal, isSealed, parse, sizeOf, toJson } from "../../../ws_sync/web/lib/json.js";
import { apply } from "../../../ws_sync/web/lib/patch.js";
import { Refused } from "../../../ws_sync/web/lib/pointer.js";
import { numbers, patchOf, stateOf } from "./random.mjs";

/** Compares the recorded nesting and size of each container with those of a copy, which counts all parts. */
function measuresAreTrue(value) {
  if (typeof value !== "object" || value === null) return;
  assert.ok(isSealed(value) && Object.isFrozen(value));
  const copy = toJson(structuredClone(value));
  assert.deepEqual([depthOf(value), sizeOf(value)], [depthOf(copy), sizeOf(copy)], JSON.stringify(value));
  for (const part of Object.values(value)) measuresAreTrue(part);
}

test("a patched value has the nesting and the size of its parts, and a refused patch changes nothing", () => {
  const random = numbers(11);
  let applied = 0;
  for (let round = 0; round < 6000; round++) {
    const before = parse(JSON.stringify(stateOf(random)));
    measuresAreTrue(before);
    const text = JSON.stringify(before);
    const patch = patchOf(random, before);
    try {
      measuresAreTrue(apply(before, patch));
      applied += 1;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
    assert.equal(JSON.stringify(before), text);
  }
  assert.ok(applied > 1000, `only ${applied} patches fit`);
});

test("the parts that a patch does not name stay the same objects", () => {
  const before = toJson({ rows: [{ id: 1 }, { id: 2 }], other: { a: [] } });
  const after = apply(before, [{ op: "replace", path: "/rows/1/id", value: 3 }]);
  assert.equal(after.rows[0], before.rows[0]);
  assert.equal(after.other, before.other);
  assert.ok(equal(after, { rows: [{ id: 1 }, { id: 3 }], other: { a: [] } }));
});
