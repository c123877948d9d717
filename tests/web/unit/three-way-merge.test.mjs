import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { equal, toJson } from "../../../ws_sync/web/lib/json.js";
import { merge } from "../../../ws_sync/web/lib/three-way-merge.js";
import { numbers, stateOf, variantOf } from "./random.mjs";

const { vectors } = JSON.parse(readFileSync(new URL("../../vectors/merging.json", import.meta.url), "utf-8"));

for (const { id, old, mine, theirs, prefer, merged } of vectors) {
  test(`merging ${id}`, () => {
    const found = merge(toJson(old), toJson(mine), toJson(theirs), prefer === "mine");
    assert.ok(equal(found, toJson(merged)), JSON.stringify(found));
  });
}

test("each side's changes of places that the other side has not changed are kept", () => {
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
