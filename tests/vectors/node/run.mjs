// The vectors of `spec/vectors/` and npm's json-patch-test-suite, run through fast-json-patch.
//
// `node run.mjs` fails on a difference that `../differences.json` does not explain, and on an
// explained one that no longer exists.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { inspect } from "node:util";
import jsonpatch from "fast-json-patch";

const IMPLEMENTATION = "fast-json-patch";
const read = (path) => JSON.parse(readFileSync(path, "utf-8"));
const vectors = (name) => read(new URL(`../../../spec/vectors/${name}.json`, import.meta.url));
const suite = (name) => read(createRequire(import.meta.url).resolve(`json-patch-test-suite/${name}`));
const explained = read(new URL("../differences.json", import.meta.url))[IMPLEMENTATION];

/** Returns whether two values are equal by JSON's types (patch-test). */
function same(left, right) {
  if (left === null || right === null || typeof left !== "object" || typeof right !== "object") {
    return left === right || (typeof left === "number" && left == right && typeof right === "number");
  }
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && same(left[name], right[name]))
  );
}

/** Returns the patch of a vector, which may be generated. */
function patchOf(vector) {
  if ("patch" in vector) return vector.patch;
  return vector.generated.flatMap(({ repeat, times }) => Array(times).fill(repeat).flat());
}

/** Returns the document after a patch. Throws if it is refused. Neither argument is changed. */
function apply(document, patch) {
  // validated, on a copy; the operations are copied too, because the result shares their values
  return jsonpatch.applyPatch(document, structuredClone(patch), true, false).newDocument;
}

/** Formats a value, which may contain itself. */
function shown(value) {
  return inspect(value, { breakLength: Infinity }).slice(0, 80);
}

/** Runs a function, and returns how its result differs from the expectation, or null. */
function difference(run, expectation) {
  let value;
  try {
    value = run();
  } catch (error) {
    return expectation.fails ? null : `refuses: ${error.name}`;
  }
  if (expectation.fails) return `accepts, and gives ${shown(value)}`;
  if (!("value" in expectation) || same(value, expectation.value)) return null;
  return `gives ${shown(value)}`;
}

function* patches() {
  for (const vector of vectors("patches").vectors) {
    const before = JSON.stringify(vector.document);
    const expectation = "failure" in vector ? { fails: true } : { value: vector.result };
    let found = difference(() => apply(vector.document, patchOf(vector)), expectation);
    if (JSON.stringify(vector.document) !== before) found = "changes the document";
    yield [vector.id, found];
  }
}

function* pointers() {
  const { syntax, documents, evaluation } = vectors("pointers");
  for (const { id, pointer, tokens } of syntax) {
    if (tokens === undefined) continue; // it has no parser that could reject a pointer
    const parse = () => pointer.split("/").slice(1).map(jsonpatch.unescapePathComponent);
    yield [id, difference(parse, { value: tokens })];
  }
  for (const vector of evaluation) {
    const find = () => {
      const value = jsonpatch.getValueByPointer(documents[vector.document], vector.pointer);
      if (value === undefined) throw new ReferenceError("nothing there");
      return value;
    };
    const expectation = "failure" in vector ? { fails: true } : { value: vector.value };
    yield [vector.id, difference(find, expectation)];
  }
}

function* equality() {
  for (const { id, left, right, equal } of vectors("equality").vectors) {
    const test = { op: "test", path: "/value", value: JSON.parse(right) };
    const run = () => apply({ value: JSON.parse(left) }, [test]);
    yield [id, difference(run, { fails: !equal })];
  }
}

function* publicSuite() {
  for (const file of ["spec_tests.json", "tests.json"]) {
    for (const [index, test] of suite(file).entries()) {
      if (test.disabled || !("patch" in test)) continue;
      const expectation = "error" in test ? { fails: true } : {};
      if ("expected" in test) expectation.value = test.expected;
      yield [`${file}#${index}`, difference(() => apply(test.doc, test.patch), expectation)];
    }
  }
}

let wrong = 0;
for (const [name, run] of Object.entries({ patches, pointers, equality, suite: publicSuite })) {
  const table = explained[name] ?? {};
  const found = [...run()];
  const differing = new Map(found.filter(([, what]) => what !== null));
  for (const [id, what] of differing) {
    if (id in table) continue;
    wrong += 1;
    console.error(`unexplained: ${name} ${id}: ${what}`);
  }
  for (const id of Object.keys(table)) {
    if (differing.has(id)) continue;
    wrong += 1;
    console.error(`stale: ${name} ${id}: agrees now; remove it`);
  }
  console.log(
    `${IMPLEMENTATION} ${name}: ${found.length} run, ${differing.size} differ, ` +
      `${Object.keys(table).length} explained`,
  );
}
process.exitCode = wrong ? 1 : 0;
