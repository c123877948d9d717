// Looks at the watcher's page in a browser while a client works through it: `node look.mjs PAGE SCREENSHOTS`, as
// `python -m tools.proxy_page` starts it. What is shown has to be what has passed; nothing is loaded from elsewhere, no error is
// thrown, nothing from the wire becomes HTML, nothing sticks out sideways, everything can be reached by keyboard, and axe-core
// finds nothing serious. Exit status 1 if anything is wrong. The client is told to go on by lines on the standard output.
//
// Needs a Chromium: CHROMIUM, or /usr/bin/chromium.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [base, pictures] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const DESK = { viewport: { width: 1280, height: 950 } };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const DEADLINE = { timeout: 60_000 };
const wrong = [];
const said = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

// The client does one thing for each line, and answers when it is done.
async function act(what) {
  console.log(what);
  const { value } = await said.next();
  if (value !== `done ${what}`) throw new Error(`the client said ${value}`);
}

function demand(holds, what) {
  if (!holds) wrong.push(what);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

async function look(options) {
  // axe-core is put into the page by the browser itself, past the page's policy, which allows no such thing.
  const context = await browser.newContext({ reducedMotion: "reduce", bypassCSP: false, ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("dialog", (dialog) => (wrong.push("something from the wire has run"), dialog.dismiss()));
  page.on("request", (request) => request.url().startsWith(base) || request.url().startsWith("data:") || wrong.push(`asks for ${request.url()}`));
  await page.goto(base, DEADLINE);
  await page.locator("#status.live").waitFor(DEADLINE);
  return page;
}

async function judge(page, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  demand(wide <= 0, `${name}: sticks out by ${wide} pixels`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const { id, impact, nodes } of violations) {
    if (["serious", "critical", "moderate"].includes(impact)) wrong.push(`${name}: axe-core: ${id} (${impact}): ${nodes[0].html.slice(0, 200)}`);
  }
  await page.screenshot({ path: join(pictures, `proxy-${name}.png`) });
}

async function run() {
  mkdirSync(pictures, { recursive: true });
  const page = await look(DESK);
  await judge(page, "empty");
  await act("connect");
  await page.locator("#connection-list .open").first().waitFor(DEADLINE);
  const document = page.locator("#document-list details", { hasText: "TESTEE" }).first();
  await document.waitFor(DEADLINE);
  demand(await page.locator("#no-findings").isVisible(), "nothing is wrong yet, but something is said");

  await act("change");
  await document.locator(".line.server", { hasText: "number: 1" }).waitFor(DEADLINE);
  await act("edit");
  await document.locator(".line.client", { hasText: "typed by the client" }).waitFor(DEADLINE);
  await judge(page, "desk");

  await act("toast"); // the server sends one whose level is none, with a text that tries to be HTML
  const finding = page.locator("#finding-list > .must", { hasText: "notices-toast" });
  await finding.waitFor(DEADLINE);
  demand((await page.locator("#announcer").textContent()).includes("notices-toast"), "the finding is not announced");
  demand((await page.locator("#total-must").textContent()) === "1", "the finding is not counted");
  await finding.locator("summary").focus();
  await page.keyboard.press("Enter");
  await finding.locator("dd.mono", { hasText: "<img src=x onerror=alert(1)>" }).waitFor(DEADLINE);
  demand((await page.locator("#findings img").count()) === 0, "text of the wire has become HTML");
  await act("again");
  await finding.locator(".times", { hasText: "×38" }).waitFor(DEADLINE);
  await judge(page, "finding");

  await page.locator("#filter-text").fill("_toast");
  await page.waitForFunction(() => [...document.querySelectorAll("#entry-list .type")].every((type) => type.textContent === "_TOAST"), null, DEADLINE);
  demand((await page.locator("#entry-list li").count()) > 0, "the filter shows nothing");
  await page.locator("#entry-list summary").first().focus();
  await page.keyboard.press("Enter");
  await page.locator("#entry-list pre", { hasText: '"type": "_TOAST"' }).first().waitFor(DEADLINE);
  await page.locator("#filter-text").fill("");
  await page.locator("#pause").click();
  const before = await page.locator("#entry-list li").count();
  await act("change");
  await page.locator("#shown", { hasText: "paused, " }).waitFor(DEADLINE);
  await page.waitForFunction(() => !document.querySelector("#shown").textContent.includes("paused, 0"), null, DEADLINE);
  demand((await page.locator("#entry-list li").count()) === before, "the timeline moves while it is paused");
  await page.locator("#pause").click();
  await judge(page, "timeline");

  for (let number = 0; number < 12; number += 1) await page.keyboard.press("Tab");
  demand(await page.evaluate(() => document.activeElement !== document.body), "the keyboard reaches nothing");
  for (const [name, options] of [["dark", { ...DESK, colorScheme: "dark" }], ["phone", PHONE], ["phone-dark", { ...PHONE, colorScheme: "dark" }]]) {
    const other = await look(options); // who comes late sees all of it
    await other.locator("#finding-list > .must").waitFor(DEADLINE);
    await other.locator("#document-list details").first().waitFor(DEADLINE);
    await other.locator("#finding-list summary").first().click();
    await judge(other, name);
    if (name.startsWith("phone")) {
      await other.locator("nav a", { hasText: "Timeline" }).click();
      await judge(other, `${name}-timeline`);
    }
    await other.context().close();
  }
  await act("flood"); // thousands of frames: the lists stay bounded, and the page answers
  await page.waitForFunction(() => Number(document.querySelector("#total-frames").textContent) > 5000, null, DEADLINE);
  demand((await page.locator("#entry-list li").count()) <= 400, "the timeline is not bounded");
  await act("leave");
  await page.waitForFunction(() => document.querySelector("#total-open").textContent === "0", null, DEADLINE);
  await page.locator("#connection-list .ended").first().waitFor(DEADLINE);
}

await run().catch((error) => wrong.push(error.message));
await browser.close();
for (const line of wrong) console.error(line);
console.log(wrong.length ? "wrong" : "right");
process.exit(wrong.length ? 1 : 0);
