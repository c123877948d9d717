// Tests the proxy's page in a browser while a client uses the proxy: `node look.mjs PAGE SCREENSHOTS`, started by
// `python -m tools.proxy_page`. The page must show what has passed, load nothing from elsewhere, throw no error, parse nothing from
// the wire as HTML, fit the width, be usable by keyboard, and have no serious finding of axe-core. Exit status 1 if it does not.
// Lines on the standard output tell the client what to do next.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DESK, PHONE, Problems, launch } from "../browser.mjs";

const [base, pictures] = process.argv.slice(2);
const DEADLINE = { timeout: 60_000 };
const problems = new Problems();
const said = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

// The client does one thing for each line, and answers `done`.
async function act(what) {
  console.log(what);
  const { value } = await said.next();
  if (value !== `done ${what}`) throw new Error(`the client said ${value}`);
}

const browser = await launch();
const demand = (holds, what) => problems.check(what, holds);

async function look(options) {
  const page = await problems.page(browser, options, { permits: (url) => url.startsWith(base) || url.startsWith("data:") });
  await page.goto(base, DEADLINE);
  await page.locator("#status.live").waitFor(DEADLINE);
  return page;
}

async function judge(page, name) {
  await problems.fits(page, name);
  await problems.accessible(page, name, ["moderate", "serious", "critical"]);
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

  await act("toast"); // the server sends one with an invalid level, and HTML as its text
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
    const other = await look(options); // a late reader gets everything
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
  await act("flood"); // thousands of frames: the lists stay bounded, and the page responds
  await page.waitForFunction(() => Number(document.querySelector("#total-frames").textContent) > 5000, null, DEADLINE);
  demand((await page.locator("#entry-list li").count()) <= 400, "the timeline is not bounded");
  await act("leave");
  await page.waitForFunction(() => document.querySelector("#total-open").textContent === "0", null, DEADLINE);
  await page.locator("#connection-list .ended").first().waitFor(DEADLINE);
}

await run().catch((error) => problems.add(error.message));
await browser.close();
console.log(problems.found.length ? "wrong" : "right");
problems.exit("the page of the proxy");
