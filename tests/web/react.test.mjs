// The React binding in real applications in Chromium: one for this test, and the first examples of ws-sync.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { launch } from "../../tools/browser.mjs";
import { Reference, root } from "./reference.mjs";

const PATIENCE = 20_000;
const HTML =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>A test</title><link rel="icon" href="data:,"><div id="root"></div><script type="module" src="page.js"></script></html>';

let browser;
const folders = [];

before(async () => {
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await Reference.stopAll();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** Bundles a page with the development build of React, which reports misuse, and serves it with an application. */
async function serve(application, page) {
  const folder = mkdtempSync(join(tmpdir(), "ws-sync-web-"));
  folders.push(folder);
  await build({
    entryPoints: [join(root, "tests/web", page)],
    outfile: join(folder, "page.js"),
    bundle: true,
    format: "esm",
    jsx: "automatic",
    jsxDev: true,
    define: { "process.env.NODE_ENV": '"development"' },
    alias: { "ws-sync/react": join(root, "ws_sync/web/react.js") },
    nodePaths: [join(root, "node_modules")],
    logLevel: "warning",
  });
  writeFileSync(join(folder, "index.html"), HTML);
  return Reference.run(["-m", "tests.web.serving", application, folder]);
}

/** @param {string} base @param {(text: string) => boolean} [expected] whether a console message is expected */
async function open(base, expected = () => false) {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(PATIENCE);
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on(
    "console",
    (message) =>
      ["error", "warning"].includes(message.type()) && !expected(message.text()) && wrong.push(message.text()),
  );
  await page.goto(base);
  return { page, wrong };
}

const shows = (page, selector, text) =>
  page.waitForFunction(([where, what]) => document.querySelector(where)?.textContent === what, [selector, text]);

/**
 * Types at the beginning of the title field, key by key and without a pause. After a pause of a quarter of a second, the
 * server may repeat the value (state-crossing), which may remove the next key.
 * @returns {Promise<string>} the value of the field after that
 */
const type = (page, text, fresh = false) =>
  page.getByLabel("Title").evaluate(
    (input, [keys, isFresh]) => {
      input.focus();
      input.setSelectionRange(0, isFresh ? input.value.length : 0);
      for (const key of keys) document.execCommand("insertText", false, key);
      return input.value;
    },
    [text, fresh],
  );

test("the first examples of ws-sync work unchanged", async () => {
  const server = await serve("seed", "seed/page.jsx");
  const { page, wrong } = await open(server.base, (text) => text.includes('unique "key" prop')); // the examples have no keys
  await shows(page, "h1", "My Notes");
  await page.locator("input").fill("Edited");
  await shows(page, "h1", "Edited");
  await fetch(`${server.base}add`, { method: "POST", body: "by the server" });
  await shows(page, "ul", "by the server");
  assert.equal(await page.locator("li").count(), 2);
  await page.reload();
  await shows(page, "h1", "Edited");
  await shows(page, "ul", "by the server");
  assert.deepEqual(wrong, []);
  await page.context().close();
  await server.stop();
});

test("a React application edits, calls, starts and cancels tasks, disconnects and reconnects", async () => {
  const server = await serve("demo", "react/page.jsx");
  const { page, wrong } = await open(server.base);
  const press = (name) => page.getByRole("button", { name, exact: true }).click();
  await shows(page, "#status", "connected");
  await shows(page, "ul", "MilkBreadA bar of chocolate");

  assert.equal(await type(page, "Typed quickly", true), "Typed quickly");
  for (const place of ["#first", "#second", "#late"]) await shows(page, place, "Typed quickly");
  assert.equal(await type(page, "1. "), "1. Typed quickly"); // the cursor stays where it is
  for (const place of ["#first", "#second", "#late"]) await shows(page, place, "1. Typed quickly");

  await press("Draft");
  await shows(page, "#synced", "false");
  await shows(page, "li:last-child", "draft");
  await press("Sync");
  await shows(page, "#synced", "true");
  await press("Add");
  await shows(page, "li:last-child", "added");
  await press("Start");
  await shows(page, "#running", "EXPORT");
  await press("Cancel");
  await shows(page, "#running", "");
  await shows(page, "#toasts", "The export was cancelled.");

  await press("Toggle");
  await shows(page, "#status", "stopped");
  await page.getByLabel("Title").fill("While it was cut");
  await shows(page, "#first", "While it was cut");
  await press("Toggle");
  await shows(page, "#synced", "true");
  await shows(page, "#first", "While it was cut");

  await press("Mount"); // unmounts everything, then mounts it with a new session
  await page.waitForFunction(() => document.querySelector("#first") === null);
  const before = await page.evaluate(() => globalThis.renders);
  await press("Mount");
  await shows(page, "#first", "While it was cut");
  await shows(page, "#status", "connected");
  assert.ok((await page.evaluate(() => globalThis.renders)) - before < 40, "too many renders");
  assert.equal(await page.evaluate(() => globalThis.torn), undefined);
  assert.deepEqual(wrong, []);
  await page.context().close();
  await server.stop();
});
