// Tests pages of reports in a browser: `node look.mjs [PAGES] [SCREENSHOTS]`, by default build/reports and build/screenshots.
// The pages are opened from the disk, at the widths of a desktop and a phone, in light and dark. They must load nothing from
// elsewhere, throw no error, fit the width, and have no serious finding of axe-core. Then they are used by keyboard, filtered,
// searched and linked to, and a dialogue is read step by step. Exit status 1 if a check fails. `python -m tools.report_page` writes
// the pages.
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import { DESK, PHONE, Problems, launch, root } from "../browser.mjs";

const pages = resolve(process.argv[2] ?? join(root, "build/reports"));
const pictures = resolve(process.argv[3] ?? join(root, "build/screenshots"));
const FAILING = "session/takeover-leaves-the-newer-connection-open";
const PATCHED = "patch/half-of-a-patch-is-not-applied[failed-test]";
const STALE = "state/client-sends-no-edit-against-a-base-that-has-changed";
const REFUSED = "patch/client-takes-all-of-a-patch-or-nothing";
const problems = new Problems();
const check = (what, holds) => problems.check(what, holds);
const fits = (page, name) => problems.fits(page, name);
const accessible = (page, name) => problems.accessible(page, name);

// The page applies patches as the specification's vectors require.
const context = vm.createContext({});
vm.runInContext(readFileSync(join(root, "conformance/reports/assets/state.js"), "utf8"), context);
const vectors = JSON.parse(readFileSync(join(root, "spec/vectors/patches.json"), "utf8")).vectors.filter((each) => !each.generated);
for (const each of vectors) {
  context.vector = each;
  const result = vm.runInContext("try { JSON.stringify({ is: same(patched(vector.document, vector.patch), vector.result) }) } catch (error) { if (!(error instanceof Inapplicable)) throw error; '{\"failed\":true}' }", context);
  check(`vector ${each.id}: ${result}`, "failure" in each ? result === '{"failed":true}' : result === '{"is":true}');
}

const browser = await launch();

async function open(file, options, hash = "") {
  const url = pathToFileURL(join(pages, file)).href;
  const permits = (asked) => asked.split("#")[0] === url;
  const page = await problems.page(browser, options, { name: () => file, permits });
  await page.goto(hash ? `${url}#${encodeURIComponent(hash)}` : url);
  return page;
}

const close = (page) => page.context().close();
const picture = (page, name) => page.screenshot({ path: join(pictures, `${name}.png`) });
const caseIn = (page, id) => page.locator(`details[id="${id}"]`);
const openCases = (page) => page.evaluate(() => [...document.querySelectorAll("details.case[open]")].map((one) => one.id));
const shown = (page) => page.locator("details.case:not([hidden])").count();

mkdirSync(pictures, { recursive: true });
for (const [device, options] of [["desk", DESK], ["phone", PHONE]]) {
  for (const colorScheme of ["light", "dark"]) {
    for (const [name, file, hash] of [["report", "real/report.html", ""], ["case", "real/report.html", FAILING], ["hostile", "hostile.html", ""], ["comparison", "comparison.html", ""]]) {
      const page = await open(file, { ...options, colorScheme }, hash);
      if (name === "hostile") await page.locator("details.case summary").first().click();
      const label = `${name}-${device}-${colorScheme}`;
      await fits(page, label);
      await picture(page, label);
      if (name === "case" ? device === "desk" || colorScheme === "light" : label.endsWith("desk-light")) await accessible(page, label);
      await close(page);
    }
  }
  const page = await open("client/report.html", { ...options, colorScheme: "light" }, STALE);
  await caseIn(page, STALE).locator(".steps").waitFor();
  await fits(page, `client-${device}`);
  await picture(page, `client-${device}`);
  await accessible(page, `client-${device}`);
  await close(page);
}

// By keyboard alone
{
  const page = await open("real/report.html", DESK);
  await page.keyboard.press("Tab");
  check("the first stop is the link that skips the head", await page.evaluate(() => document.activeElement.className === "skip"));
  await page.keyboard.press("/");
  check("/ leads to the search", await page.evaluate(() => document.activeElement.id === "q"));
  await page.keyboard.type("session/takeover-leaves-the-newer-connection-open");
  check("the search leaves what fits", (await shown(page)) === 1);
  for (let stop = 0; stop < 20 && !(await page.evaluate(() => document.activeElement.matches("details.case > summary"))); stop += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator(".case[open] .steps").waitFor();
  check("Enter opens the case", (await openCases(page)).join() === FAILING);
  for (let stop = 0; stop < 20 && !(await page.evaluate(() => document.activeElement.matches(".step"))); stop += 1) await page.keyboard.press("Tab");
  check("Tab leads to the chosen step", await page.evaluate(() => document.activeElement.getAttribute("aria-selected") === "true"));
  await page.keyboard.press("Home");
  check("Home chooses the first step", /^After step 1 of/.test(await page.locator(".state h4").innerText()));
  await page.keyboard.press("ArrowDown");
  check("the arrow key chooses the next", /^After step 2 of/.test(await page.locator(".state h4").innerText()));
  check("the focus follows", await page.evaluate(() => document.activeElement.dataset.step === "1"));
  await page.keyboard.press("Tab");
  check("Tab leads on to the state", await page.evaluate(() => document.activeElement.matches(".state")));
  await close(page);
}

// Filters
{
  const page = await open("real/report.html", DESK);
  const all = await shown(page);
  await page.locator(".chip", { hasText: "failed" }).click();
  const failed = await shown(page);
  check("the verdict leaves some", failed > 0 && failed < all);
  check("the count is told", (await page.locator("#matches").innerText()) === `${failed} of ${all}`);
  await page.locator("#section").selectOption("session");
  await page.locator("#level").selectOption("MUST NOT");
  check("section and level leave fewer", (await shown(page)) < failed);
  check("empty sections are gone", (await page.locator(".group:not([hidden])").count()) <= 1);
  await page.getByRole("button", { name: "Clear" }).click();
  await page.waitForFunction((count) => document.querySelectorAll("details.case:not([hidden])").length === count, all);
  await page.locator("#q").fill("there is no such thing");
  check("it is said that nothing fits", await page.locator("#nothing").isVisible());
  await page.evaluate((id) => { location.hash = `#${encodeURIComponent(id)}`; }, FAILING);
  await page.locator(".case[open]").waitFor();
  check("a link to a case that is filtered out shows it", await caseIn(page, FAILING).isVisible());
  await page.locator("[data-q='session-takeover']").click();
  check("the number of cases of a requirement searches for them", (await page.locator("#q").inputValue()) === "session-takeover" && (await shown(page)) > 1);
  await close(page);
}

// Links
{
  const page = await open("real/report.html", PHONE, FAILING);
  await caseIn(page, FAILING).locator(".steps").waitFor();
  const box = await caseIn(page, FAILING).boundingBox();
  check("a link to a case opens it, and leads there", (await openCases(page)).join() === FAILING && box.y > -5 && box.y < 300);
  await caseIn(page, FAILING).locator(".finding a.id").click();
  check("a link leads to the requirement", (await page.evaluate(() => document.querySelector(":target").id)) === "session-takeover");
  await close(page);
}

// A dialogue, and the state beside it
{
  const page = await open("real/report.html", DESK, FAILING);
  const one = caseIn(page, FAILING);
  await one.locator(".steps").waitFor();
  check("the requirement stands above", (await one.locator(".finding .sentence").innerText()).includes("MUST serve the newer connection"));
  check("both clients and the server have a lane", (await one.locator(".lane-names span").allInnerTexts()).join() === "A,B,server");
  const rows = await one.locator(".step").count();
  check("each step has an arrow or a dot", (await one.locator(".step .arrow, .step .dot").count()) === rows && rows > 8);
  const sent = await one.locator(".arrow.sent").first().boundingBox();
  const head = await one.locator(".lane-names span").last().boundingBox();
  check("an arrow ends at the server", Math.abs(sent.x + sent.width - (head.x + head.width / 2)) < 3);
  check("the end of the newer connection stands out", (await one.locator(".step.ends").count()) > 0);
  await one.locator(".step", { hasText: "_PATCH" }).first().click();
  const changed = await one.locator(".state td.changed").allInnerTexts();
  check(`a patch is marked in the states that it changes: ${changed.join(" | ")}`, changed.length === 2 && changed.every((text) => text.includes("by the older")));
  await picture(page, "report-state");
  await close(page);

  const other = await open("real/report.html", DESK, PATCHED);
  const columns = await caseIn(other, PATCHED).locator(".state thead th").allInnerTexts();
  check(`the state of the client and of the server stand side by side: ${columns}`, columns[0] === "A" && columns[1].startsWith("server"));
  await close(other);
}

// A client: its connections are on the left, the kit on the right, and each arrow points away from the sender
{
  const page = await open("client/report.html", DESK, STALE);
  const one = caseIn(page, STALE);
  await one.locator(".steps").waitFor();
  check("it is told that a client was judged", (await page.locator(".who").innerText()).endsWith("a client"));
  const lanes = (await one.locator(".lane-names span").allInnerTexts()).join();
  check(`the client has a lane for each connection, the kit is on the right: ${lanes}`, lanes === "A,B,kit");
  const arrows = await one.locator(".step .arrow").evaluateAll((found) => found.map((arrow) => {
    const head = getComputedStyle(arrow, "::after");
    const points = head.borderLeftWidth === "8px" ? "to the server" : head.borderRightWidth === "8px" ? "to the client" : "nowhere";
    return `${arrow.classList.contains("sent") ? "of the kit" : "of the client"} ${points}, ${arrow.closest(".step").querySelector(".off").textContent}`;
  }));
  const right = [/^of the kit to the client, server \(kit\) to client [AB]: $/, /^of the client to the server, client [AB] to server \(kit\): $/];
  check(`arrows point away from who has sent: ${arrows.find((each) => !right.some((one) => one.test(each)))}`, right.every((one) => arrows.some((each) => one.test(each))) && arrows.every((each) => right.some((one) => one.test(each))));
  check("what the kit was answered by is dimmed", (await one.locator(".step.quiet", { hasText: "fence-" }).count()) > 4);
  check("the hint is shown", (await one.locator(".hint").innerText()).startsWith("this looks like "));
  const stale = one.locator(".step.received", { hasText: "_PATCH" });
  check("a patch of the client that does not fit stands out", (await stale.locator(".bad").innerText()).startsWith("can't be applied"));
  const table = one.locator(".state table");
  const row = async (name) => (await table.locator("tr", { has: page.locator("th", { hasText: name }) }).locator("td").allInnerTexts()).map((cell) => cell.split("\n")[0]);
  await one.locator(".step", { hasText: "ended without a close frame" }).click();
  check(`the client's copy outlives its connection: ${await row("items")}`, (await row("items")).join(" | ") === '["a", "b", "c"] | ["a", "b", "c"]');
  await one.locator(".step.sent", { hasText: "_SET" }).last().click();
  const columns = await table.locator("thead th").allInnerTexts();
  check(`client and kit stand side by side, and what is only sent is marked: ${columns}`, columns.join() === "client ≈,server (kit)");
  check(`the new state is marked in both: ${await row("items")}`, (await row("items")).join(" | ") === "[] | []" && (await table.locator("td.changed").count()) === 4);
  await picture(page, "client-state");
  await close(page);

  const other = await open("client/report.html", DESK, REFUSED);
  await caseIn(other, REFUSED).locator(".steps").waitFor();
  const refused = caseIn(other, REFUSED).locator(".step.sent", { hasText: "_PATCH" });
  check("a patch of the kit that no one can apply is told without alarm", (await refused.locator(".side").innerText()).startsWith("can't be applied") && (await refused.locator(".bad").count()) === 0);
  await caseIn(other, REFUSED).locator(".step.received", { hasText: "_SET" }).last().click();
  check("what the client has said is known", (await caseIn(other, REFUSED).locator(".state thead th").first().innerText()) === "client");
  await close(other);

  const dead = await open("died.html", DESK, "state/client-dies");
  const body = caseIn(dead, "state/client-dies");
  await body.locator(".steps").waitFor();
  check("a client that died is one", (await body.locator(".told").first().innerText()).startsWith("The client died") && !(await dead.locator("body").innerText()).includes("server died"));
  await body.locator(".step.received", { hasText: "_SET" }).click();
  const said = await body.locator(".state tr", { hasText: "items" }).locator("td").allInnerTexts();
  check(`what the client reports differs from what it was given: ${said}`, said.length === 2 && said.every((cell) => cell.includes("[2]")));
  check("and is marked as a change", (await body.locator(".state td.changed").count()) === 2);
  await close(dead);
}

// The theme switch
{
  const page = await open("real/report.html", { ...DESK, colorScheme: "light" });
  const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await colour();
  await page.locator("#theme").click();
  check("the first press is light", (await colour()) === light);
  await page.locator("#theme").click();
  const dark = await colour();
  check("the second press is dark", dark !== light);
  await page.reload();
  check("it is remembered", (await colour()) === dark);
  await close(page);
}

// A server whose text tries to break out of the formats
{
  const page = await open("hostile.html", DESK);
  for (const summary of await page.locator("details.case > summary").all()) await summary.click();
  check("what it says is text", (await page.locator(".case script, .case img").count()) === 0);
  check("control characters are written as escapes", (await page.locator(".case .finding").first().innerText()).includes("\\u001b") || (await page.locator(".case .finding").first().innerText()).includes("\\x1b"));
  await close(page);
}

// The comparison
{
  const page = await open("comparison.html", DESK);
  const rows = () => page.locator("[data-row]:not([hidden])").count();
  const different = await rows();
  await page.locator("#different").uncheck({ force: true });
  const all = await rows();
  check("all rows can be shown", all > different && different > 0);
  await page.locator("#q").fill("takeover");
  check("rows can be searched", (await rows()) > 0 && (await rows()) < all);
  await close(page);
}

// Without the script
{
  const page = await open("real/report.html", { ...DESK, javaScriptEnabled: false });
  check("the verdict is told without the script", (await page.locator("h1").innerText()).includes("NOT conformant"));
  check("and so is each case", (await page.locator("details.case").count()) > 20);
  await close(page);
}

// 2,000 cases: the times are printed, and have only a generous limit
{
  const page = await open("many.html", DESK);
  const timing = await page.evaluate(() => new Promise((done) => {
    const paint = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    const tell = () => done({ paint: paint(), loaded: performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd });
    if (paint()) tell();
    else new PerformanceObserver(tell).observe({ type: "paint", buffered: true });
  }));
  const took = (act) => page.evaluate(act);
  const filter = await took(() => { const begin = performance.now(); const box = document.getElementById("q"); box.value = "takeover"; box.dispatchEvent(new Event("input", { bubbles: true })); document.body.offsetHeight; return performance.now() - begin; });
  const opening = await took(() => { const begin = performance.now(); const one = document.querySelector("details.case:not([hidden])"); one.open = true; one.dispatchEvent(new Event("toggle")); document.body.offsetHeight; return performance.now() - begin; });
  const size = statSync(join(pages, "many.html")).size / 1e6;
  const count = await page.locator("details.case").count();
  check(`2,000 cases are on the page, ${count}`, count === 2000);
  console.log(`2,000 cases, ${size.toFixed(1)} MB: first paint ${timing.paint.toFixed(0)} ms, ready ${timing.loaded.toFixed(0)} ms, filter ${filter.toFixed(0)} ms, a case opens in ${opening.toFixed(0)} ms`);
  await close(page);
}

await browser.close();
problems.exit(`${problems.checks} checks`);
