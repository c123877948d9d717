// The demo and the devtools in Chromium, served by the reference server, also through a relay that can be cut.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";
import { DESK, PHONE, Problems, launch } from "../../tools/browser.mjs";
import { Reference } from "./reference.mjs";
import { Server } from "./unit/server.mjs";
import { Relay } from "./relay.mjs";

const PATIENCE = 20_000;

let browser;
let reference;
let problems = new Problems();

before(async () => {
  [browser, reference] = await Promise.all([launch(), Reference.start("--demo")]);
});

after(async () => {
  await browser?.close();
  await Reference.stopAll();
});

afterEach(() => {
  const { found } = problems;
  problems = new Problems();
  assert.deepEqual(found, []);
});

/** Opens a page in a new context. A problem in it fails the test. */
async function open(url, options = DESK) {
  const page = await problems.page(browser, options, {
    permits: (asked) => /^(http|ws):\/\/127\.0\.0\.1|^data:|^blob:/.test(asked),
    ignores: /WebSocket connection|ERR_CONNECTION/,
    patience: PATIENCE,
  });
  await page.goto(url);
  return page;
}

/** Returns the locators of one side of the demo. */
function sideOf(page, name) {
  const side = page.locator("section.side").filter({ has: page.getByRole("heading", { name, exact: true }) });
  return {
    side,
    note: (number) => side.getByRole("textbox", { name: `Note ${number}, ${name}`, exact: true }),
    notes: () => side.locator(".notes input").evaluateAll((inputs) => inputs.map((input) => input.value)),
    title: side.getByRole("textbox", { name: `Title, ${name}` }),
    button: (label) => side.getByRole("button", { name: label }),
    until: (text) => side.getByText(text).first().waitFor(),
  };
}

/** Waits until all sides of a page show these notes. */
async function equal(page, wanted) {
  await page.waitForFunction((expected) => {
    const shown = [...document.querySelectorAll("section.side")].map((side) =>
      JSON.stringify([...side.querySelectorAll(".notes input")].map((input) => input.value)),
    );
    return shown.every((notes) => notes === expected);
  }, JSON.stringify(wanted));
}

const accessible = (page) => problems.accessible(page, page.url(), ["minor", "moderate", "serious", "critical"]);

test("an edit of one side appears on the other, and edits of both sides during a disconnection are kept", async () => {
  const page = await open(reference.base);
  const [left, right] = [sideOf(page, "Left"), sideOf(page, "Right")];
  await left.note(1).fill("Oat milk");
  await equal(page, ["Oat milk", "Bread", "A bar of chocolate"]);
  await right.button(/^Cut/).click();
  await right.until("cut by you");
  await right.note(2).fill("Rye bread");
  await right.side.getByPlaceholder("Another note").fill("from the right");
  await right.button("Add").click();
  await right.title.fill("Ours");
  await left.note(3).fill("Two bars of chocolate");
  await left.side.getByPlaceholder("Another note").fill("from the left");
  await left.button("Add").click();
  assert.deepEqual(await right.notes(), ["Oat milk", "Rye bread", "A bar of chocolate", "from the right"]);
  await left.until("in sync");
  await right.button(/^Connect/).click();
  await equal(page, ["Oat milk", "Rye bread", "Two bars of chocolate", "from the left", "from the right"]);
  await page.waitForFunction(() => [...document.querySelectorAll(".title")].every((title) => title.value === "Ours"));
  await page.context().close();
});

test("a cut connection is noticed, and both sides are equal after it is restored", async (t) => {
  const relay = await Relay.to(reference.port);
  t.after(() => relay.stop());
  const page = await open(`${relay.base}#relay`);
  const direct = await open(`${reference.base}?one#relay`);
  const [left, other] = [sideOf(page, "Left"), sideOf(direct, "One")];
  await left.until("in sync");
  relay.cut();
  await left.until("lost; attempt");
  await left.note(1).fill("while it was cut");
  await other.note(3).fill("meanwhile");
  await other.until("in sync");
  relay.restore();
  await equal(page, ["while it was cut", "Bread", "meanwhile"]);
  await equal(direct, ["while it was cut", "Bread", "meanwhile"]);
  await left.until("in sync");
  await Promise.all([page.context().close(), direct.context().close()]);
});

test("the client reconnects to a restarted server and sends the edits made meanwhile", async () => {
  const own = await Reference.start("--demo");
  const page = await open(`${own.base}?one`);
  const one = sideOf(page, "One");
  await one.until("in sync");
  await own.stop();
  await one.until("lost; attempt");
  await one.note(2).fill("kept");
  const again = await Reference.start("--demo", "--port", String(own.port));
  await one.until("in sync");
  assert.deepEqual(await one.notes(), ["Milk", "kept", "A bar of chocolate"]);
  await one.until("26 characters"); // counted by the server, so the edit has arrived
  await page.context().close();
  await again.stop();
});

test("a task shows its progress, is cancelled, and finishes", async () => {
  const page = await open(reference.base);
  const left = sideOf(page, "Left");
  await left.until("in sync");
  const bar = left.side.getByRole("progressbar");
  await left.button("Export").click();
  await bar.waitFor();
  await page.waitForFunction(() => document.querySelector("progress").value > 0);
  await left.button("Cancel").click();
  await left.until("The export was cancelled.");
  await bar.waitFor({ state: "hidden" });
  const coming = page.waitForEvent("download");
  await page
    .getByLabel("Event to send, Left")
    .fill('{"type":"_TASK_START:NOTES","data":{"type":"EXPORT","seconds":0.2}}');
  await left.button("Send event").click();
  const download = await coming;
  assert.equal(download.suggestedFilename(), "export.txt");
  assert.match(readFileSync(await download.path(), "utf-8"), /^Shopping\n\nMilk\n/);
  await page.context().close();
});

test("a file is uploaded and downloaded, and toasts are shown", async () => {
  const page = await open(reference.base);
  const left = sideOf(page, "Left");
  await left.until("in sync");
  await page
    .getByLabel("Text file to upload, Left")
    .setInputFiles({ name: "list.txt", mimeType: "text/plain", buffer: Buffer.from("Rice\nBeans – white\n") });
  await left.until("2 notes were added from list.txt.");
  await equal(page, ["Milk", "Bread", "A bar of chocolate", "Rice", "Beans – white"]);
  await page
    .getByLabel("Text file to upload, Left")
    .setInputFiles({ name: "picture.png", mimeType: "image/png", buffer: Buffer.from([0x89, 0xff, 0xfe]) });
  await left.until("picture.png is not text, or too long.");
  const coming = page.waitForEvent("download");
  await left.button("Download").click();
  assert.match(readFileSync(await (await coming).path(), "utf-8"), /Rice\nBeans – white\n$/);
  await left.button("Shout").click();
  await left.until("5 notes are louder now.");
  await page.context().close();
});

test("a write that the server refuses is reverted", async () => {
  const page = await open(reference.base);
  const left = sideOf(page, "Left");
  await left.until("in sync");
  await left.note(1).fill("x".repeat(10_001));
  await equal(page, ["Milk", "Bread", "A bar of chocolate"]);
  await left.until("in sync");
  await page.context().close();
});

test("the panel shows events, marks changes, and sends typed events", async () => {
  const page = await open(reference.base);
  const left = sideOf(page, "Left");
  await left.until("in sync");
  await left.button("Send event").click();
  await left.side.locator(".tree .changed", { hasText: '"by hand"' }).waitFor();
  await left.side.locator(".events .in", { hasText: '"by hand"' }).waitFor();
  await page.getByLabel("Event to send, Left").fill("nonsense");
  await left.button("Send event").click(); // the server ignores it
  await left.button("Shout").click();
  await left.until("4 notes are louder now.");
  await page.context().close();
});

test("the devtools do not connect to a suggested address by themselves", async () => {
  const page = await open(`${reference.base}ws-sync/devtools/?address=/ws/any&address=/ws/other`);
  const address = page.getByLabel("Address");
  assert.equal(await address.inputValue(), "/ws/any");
  assert.equal(await page.locator(".connection").count(), 0);
  await page.getByRole("button", { name: "Follow" }).click();
  await page.getByText("in sync").waitFor();
  await page.goto(`${reference.base}ws-sync/devtools/`);
  assert.equal(await address.inputValue(), "");
  await page.context().close();
});

test("the devtools show likely reasons while no connection can be opened", async () => {
  const page = await open(`${reference.base}ws-sync/devtools/#/nowhere`);
  await page.getByText(/no connection; attempt \d+ in/).first().waitFor();
  const why = page.locator(".why");
  const text = await why.textContent();
  assert.match(text, /No server listens at ws:\/\/127.0.0.1:\d+\/nowhere, or it has no WebSocket endpoint there, or it rejects the origin/);
  await accessible(page);
  await page.getByLabel("Address").fill("/ws/any");
  await page.getByRole("button", { name: "Follow" }).click();
  await page.getByText("in sync").waitFor();
  assert.equal(await why.textContent(), "");
  await page.context().close();
});

test("the devtools limit what they show of a server that sends too much, and do not reveal the page's identity to it", async () => {
  const server = await Server.start();
  const page = await open(`${reference.base}ws-sync/devtools/#${server.url}`);
  const link = await server.next();
  link.send("_REQUEST_USER_SESSION");
  const { data } = await link.next();
  assert.notEqual(await page.evaluate(() => localStorage.getItem("ws-sync:user")), data.user);
  for (let key = 0; key < 300; key++) link.send(`_SET:${key}`, JSON.parse('{"__proto__": {"x": 1}, "constructor": 1}'));
  link.send("_SET:0", { ["n".repeat(1 << 20)]: "<img src=/x>".repeat(1 << 18) });
  link.send("_TOAST", { type: "info", message: "the end" });
  await page.locator(".events .in", { hasText: "the end" }).waitFor();
  assert.equal(await page.locator(".states section").count(), 100);
  assert.ok((await page.locator(".states").evaluate((element) => element.textContent.length)) < 200_000);
  assert.equal(await page.evaluate(() => ({}).x), undefined);
  await page.context().close();
  await server.stop();
});

test("a duplicated tab gets a session of its own, and a reloaded one keeps it", async () => {
  const server = await Server.start();
  const page = await open(`${reference.base}ws-sync/devtools/#${server.url}`);
  const identify = async () => {
    const link = await server.next();
    link.send("_REQUEST_USER_SESSION");
    return (await link.next()).data;
  };
  const first = await identify();
  await page.evaluate(() => void window.open(location.href)); // which copies sessionStorage
  const copy = await identify();
  assert.equal(copy.user, first.user);
  assert.notEqual(copy.session, first.session);
  await page.reload();
  assert.deepEqual(await identify(), first);
  await page.context().close();
  await server.stop();
});

test("an edit that was not sent is kept over a reload", async () => {
  const page = await open(`${reference.base}ws-sync/devtools/`);
  const start = () =>
    page.evaluate(async () => {
      const { Session } = await import("/ws-sync/ws-sync.js");
      const session = new Session("/ws/kept.edits", { persist: sessionStorage });
      const notes = session.document("NOTES");
      const followed = new Promise((resolve) => notes.subscribe(() => notes.isFollowing && resolve()));
      session.connect();
      await followed;
      globalThis.notes = notes;
      return notes.state.title;
    });
  assert.equal(await start(), "Shopping");
  await page.evaluate(() => globalThis.notes.set({ title: "A draft" }));
  await page.reload();
  assert.equal(await start(), "A draft");
  await page.evaluate(() => globalThis.notes.sync());
  await page.reload();
  assert.equal(await start(), "A draft");
  await page.context().close();
});

test("everything can be operated by keyboard", async () => {
  const page = await open(`${reference.base}?one`);
  const one = sideOf(page, "One");
  await one.until("in sync");
  const names = new Set();
  for (let count = 0; count < 40; count++) {
    await page.keyboard.press("Tab");
    names.add(
      await page.evaluate(
        () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim(),
      ),
    );
  }
  for (const name of [
    "Cut the connection of One",
    "Title, One",
    "Note 1, One",
    "Remove note 1, One",
    "Another note, One",
    "Shout",
    "Upload…",
    "Export",
    "Devtools of One",
    "Events of One",
    "Event to send, One",
    "Send event",
  ]) {
    assert.ok(
      [...names].some((each) => each?.replace(/\s+/g, " ") === name),
      `${name} is not reachable: ${[...names].join(", ")}`,
    );
  }
  await one.side.getByPlaceholder("Another note").focus();
  await page.keyboard.type("typed");
  await page.keyboard.press("Enter");
  await equal(page, ["Milk", "Bread", "A bar of chocolate", "typed"]);
  await page.keyboard.press("Shift+Tab"); // to the button that removes the last note
  await page.keyboard.press("Enter");
  await equal(page, ["Milk", "Bread", "A bar of chocolate"]);
  await page.getByLabel("Event to send, One").focus();
  await page.keyboard.press("Control+Enter");
  await equal(page, ["Milk", "Bread", "A bar of chocolate", "by hand"]);
  await page.context().close();
});

for (const [name, options] of [
  ["desk", DESK],
  ["desk in the dark", { ...DESK, colorScheme: "dark" }],
  ["phone", PHONE],
  ["phone in the dark", { ...PHONE, colorScheme: "dark" }],
]) {
  test(`the pages are accessible and fit, ${name}`, async () => {
    const page = await open(reference.base, options);
    const left = sideOf(page, "Left");
    await left.note(1).waitFor();
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
    await left.button("Shout").click();
    await left.until("3 notes are louder now.");
    await sideOf(page, "Right").button(/^Cut/).click();
    await accessible(page);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
    await page.goto(`${reference.base}ws-sync/devtools/#/ws/any`);
    await page.reload();
    await page.getByText("in sync").waitFor();
    await accessible(page);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
    await page.context().close();
  });
}
