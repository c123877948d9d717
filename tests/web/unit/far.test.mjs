// The client and the reference server, at a round trip of 300 ms.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { WebSocket } from "ws";
import { Session } from "../../../ws_sync/web/ws-sync.js";
import { Reference } from "../reference.mjs";
import { Relay } from "../relay.mjs";

const ROUND_TRIP = 300;
const KEYS = 12;

after(() => Reference.stopAll());

/** Waits until a document has a state. */
function reaches(document, holds) {
  return new Promise((resolve) => {
    const look = () => {
      if (!holds(document.state)) return;
      end();
      resolve();
    };
    const end = document.subscribe(look);
    look();
  });
}

test("a user who types in a text and in an element is not reset", { timeout: 60_000 }, async (t) => {
  const reference = await Reference.start("--testee");
  const relay = await Relay.to(reference.port, ROUND_TRIP / 2);
  const session = new Session(`${relay.base.replace("http", "ws")}ws/far`, { WebSocket });
  t.after(async () => {
    session.close();
    await relay.stop();
  });
  const document = session.document("TESTEE", { text: "", items: [], number: 0 });
  session.connect();
  await reaches(document, () => document.isFollowing);

  let typed = "";
  const lost = [];
  document.subscribe(({ state }) => {
    if (state.text !== typed || state.items[1]?.text !== typed) lost.push(state);
  });
  for (let number = 1; number <= KEYS; number += 1) {
    typed += "x";
    document.set({ text: typed, items: [{ text: "" }, { text: typed }] });
    document.sync();
    document.call("assign", { name: "number", value: number });
    await reaches(document, ({ number: seen }) => seen === number); // one key in each round trip
  }
  document.fetchState();
  await reaches(document, () => document.isSynced);
  assert.deepEqual(lost, []);
  assert.equal(document.state.text, typed);

  const other = new Session(`${reference.base.replace("http", "ws")}ws/far`, { WebSocket });
  t.after(() => other.close());
  const copy = other.document("TESTEE", {});
  other.connect();
  await reaches(copy, () => copy.isFollowing);
  assert.deepEqual([copy.state.text, copy.state.items], [typed, [{ text: "" }, { text: typed }]]);
});
