// All vectors of spec/vectors/.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { check, read } from "../../../ws_sync/web/lib/events.js";
import { MalformedFrame, equal, parse } from "../../../ws_sync/web/lib/json.js";
import { Pairing } from "../../../ws_sync/web/lib/binary-pairs.js";
import { apply } from "../../../ws_sync/web/lib/patch.js";
import { Refused, find, tokens } from "../../../ws_sync/web/lib/pointer.js";

const vectors = (name) =>
  JSON.parse(readFileSync(new URL(`../../../spec/vectors/${name}.json`, import.meta.url), "utf-8"));
const text = (given) =>
  typeof given === "string"
    ? given
    : given.concat.map((part) => (typeof part === "string" ? part : part.repeat.repeat(part.times))).join("");

function each(group, list, judge) {
  for (const vector of list) {
    test(`${group} ${vector.id}`, () => judge(vector));
  }
}

function same(found, expected) {
  assert.ok(
    equal(parse(JSON.stringify(found)), parse(JSON.stringify(expected))),
    `gives ${JSON.stringify(found)?.slice(0, 200)}`,
  );
}

each("equality", vectors("equality").vectors, ({ left, right, equal: expected }) => {
  assert.equal(equal(parse(left), parse(right)), expected);
  assert.equal(equal(parse(right), parse(left)), expected);
});

const pointers = vectors("pointers");
each("pointer", pointers.syntax, ({ pointer, failure, tokens: expected }) => {
  if (failure) assert.throws(() => tokens(pointer), Refused);
  else assert.deepEqual(tokens(pointer), expected);
});
each("pointer", pointers.evaluation, ({ document, pointer, failure, value }) => {
  const look = () => find(pointers.documents[document], tokens(pointer));
  if (failure) assert.throws(look, Refused);
  else same(look(), value);
});

each("patch", vectors("patches").vectors, ({ document, patch, generated, result, failure }) => {
  const given =
    patch === undefined ? generated.flatMap(({ repeat, times }) => Array(times).fill(repeat).flat()) : patch;
  const before = JSON.stringify(document);
  try {
    if (failure) assert.throws(() => apply(document, given), Refused);
    else same(apply(document, given), result);
  } finally {
    assert.equal(JSON.stringify(document), before);
  }
});

each(
  "frame",
  vectors("frames").vectors.filter(({ receiver }) => receiver !== "server"),
  ({ text: given, verdict, event: expected }) => {
    const frame = text(given);
    if (verdict === "malformed") return assert.throws(() => read(frame), MalformedFrame);
    const { name, key, data } = read(frame);
    assert.deepEqual([name, key], [expected.name, expected.key]);
    same(data, "dataText" in expected ? parse(text(expected.dataText)) : expected.data);
    if (verdict === "refused") assert.throws(() => check(read(frame)), Refused);
    else assert.equal(check(read(frame)), verdict === "event");
  },
);

each("binary", vectors("binary").vectors, ({ steps }) => {
  let pairing = new Pairing();
  for (const step of steps) {
    if ("end" in step) {
      pairing = new Pairing();
      continue;
    }
    let delivered = null;
    try {
      const event =
        "text" in step ? read(text(step.text)) : pairing.complete(new Uint8Array(Buffer.from(step.binary, "base64")));
      if (event.type === "_BIN_META") pairing.announce(event);
      else if (!event.name.startsWith("_"))
        continue; // the receiver knows no events of an application
      else if (!("text" in step) || check(event)) delivered = event;
    } catch (error) {
      if (!(error instanceof MalformedFrame || error instanceof Refused)) throw error;
    }
    if (!step.delivers) assert.equal(delivered, null);
    else {
      assert.equal(delivered?.type, step.delivers.type);
      const { data: bytes, ...metadata } = "bytes" in step.delivers ? delivered.data : {};
      if (bytes) assert.equal(Buffer.from(bytes).toString("base64"), step.delivers.bytes);
      same(bytes ? metadata : delivered.data, step.delivers.data);
    }
  }
});
