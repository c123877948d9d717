// The declarations and the modules have the same names.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as client from "../../../ws_sync/web/ws-sync.js";

const read = (name) => readFileSync(new URL(`../../../ws_sync/web/${name}`, import.meta.url), "utf-8");
const declared = (text) =>
  [...text.matchAll(/^export (?:class|function|const) (\w+)/gm)].map(([, name]) => name).sort();

test("the client exports what is declared", () => {
  assert.deepEqual(Object.keys(client).sort(), declared(read("ws-sync.d.ts")));
});

test("the binding exports what is declared", () => {
  assert.deepEqual(declared(read("react.js")), declared(read("react.d.ts")));
});

/** Members that only the session uses. */
const INTERNAL = { SyncedDocument: ["doubt", "doubtConnection", "hear", "join", "keep", "lose", "open", "receive", "restore"], Session: [] };

for (const name of ["Session", "SyncedDocument"]) {
  test(`${name} has the members that are declared`, () => {
    const [, body] = new RegExp(`export class ${name}\\b[^{]*\\{\\n(.*?)\\n\\}`, "s").exec(
      read("ws-sync.d.ts").replace("<S extends State = Record<string, any>>", ""),
    );
    const members = [...body.matchAll(/^  (?:readonly |private )?(\w+)(?=[(<:])/gm)].map(([, member]) => member);
    const own = Object.getOwnPropertyNames(client[name].prototype);
    const fields = name === "SyncedDocument" ? ["key"] : [];
    assert.deepEqual(
      [...own, ...fields].filter((member) => !INTERNAL[name].includes(member)).sort(),
      [...new Set(members)].sort(),
    );
  });
}
