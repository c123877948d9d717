// Edits in the demo's page: `node browser.mjs BASE PAIRS SECONDS [PAGE]`, started by `python -m tools.proxy_cost --browser`.
// Two sessions of a board write its title in turns, each when it sees the other's edit. The page shows the board of the first pair,
// and its devtools each event; its frames count too. Prints a line at the begin, and at the end {frames, seconds, median}, where
// median is the time from an edit until the other session sees it, in seconds.
import { launch } from "../browser.mjs";

const [base, pairs, seconds, watcher] = process.argv.slice(2);

/** Runs in the page before it. */
function count() {
  globalThis.game = { frames: 0, times: [], since: 0 };
  globalThis.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", () => (globalThis.game.frames += 1));
    }
    send(frame) {
      globalThis.game.frames += 1;
      super.send(frame);
    }
  };
}

/** Runs in the page. The sessions are always the same, since the demo keeps a limited number for a while. @param {number} pairs */
async function begin(pairs) {
  const { Session } = await import("/ws-sync/ws-sync.js");
  const { game } = globalThis;
  const player = async (board, side) => {
    const session = new Session(`/ws/${board}.${side}`);
    const notes = session.document("NOTES", { title: "" });
    const ready = new Promise((resolve, reject) => {
      notes.subscribe(() => notes.isSynced && resolve());
      setTimeout(() => reject(new Error(`${board}.${side} gets no state`)), 20_000);
    });
    session.connect();
    await ready;
    return notes;
  };
  for (let number = 0; number < pairs; number += 1) {
    const board = `cost${number || ""}`;
    const sides = await Promise.all([player(board, "even"), player(board, "odd")]);
    let at = 0;
    let writtenAt = 0;
    const write = (notes) => {
      at += 1;
      writtenAt = performance.now();
      notes.set({ title: String(at) });
      notes.sync();
    };
    sides.forEach((notes, side) =>
      notes.subscribe(() => {
        if (at % 2 === side || notes.state.title !== String(at)) return; // its own edit, or an old one
        game.times.push(performance.now() - writtenAt);
        write(notes);
      }),
    );
    write(sides[1]);
  }
}

const browser = await launch();
try {
  const context = await browser.newContext();
  if (watcher) {
    const watching = await context.newPage();
    await watching.goto(watcher);
    await watching.locator("#status.live").waitFor();
  }
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(error.message));
  await page.addInitScript(count);
  await page.goto(`${base}?one#cost`);
  await page.getByText("in sync").first().waitFor();
  await page.evaluate(begin, Number(pairs));
  const wait = (share) => page.evaluate((time) => new Promise((over) => setTimeout(over, time)), seconds * share * 1000);
  await wait(0.25);
  await page.evaluate(() => Object.assign(globalThis.game, { frames: 0, times: [], since: performance.now() }));
  console.log("begun");
  await wait(1);
  const counted = await page.evaluate(() => {
    const { frames, times, since } = globalThis.game;
    const sorted = times.slice().sort((a, b) => a - b);
    return {
      frames,
      seconds: (performance.now() - since) / 1000,
      median: sorted[Math.floor(sorted.length / 2)] / 1000,
    };
  });
  console.log(JSON.stringify(counted));
} finally {
  await browser.close();
}
