// The browser harness: headless Chromium, a file server on loopback, and pages that report problems.
// Needs Chromium at $CHROMIUM or /usr/bin/chromium.
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
export const DESK = { viewport: { width: 1280, height: 1000 } };
export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
};

/** Starts Chromium without its background connections. */
export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/** Serves a folder on a free loopback port. @param {string} folder */
export async function serve(folder) {
  const server = createServer((request, response) => {
    const path = join(folder, decodeURIComponent(new URL(request.url, "http://files").pathname));
    if (!path.startsWith(folder) || !existsSync(path) || !statSync(path).isFile()) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
    return createReadStream(path).pipe(response);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { server, base: `http://127.0.0.1:${server.address().port}/` };
}

/** Collects the problems of the pages that a program checks. */
export class Problems {
  /** @type {string[]} */
  found = [];
  checks = 0;

  /** Counts a check, and adds a problem unless it holds. @param {string} what @param {unknown} holds */
  check(what, holds) {
    this.checks += 1;
    if (!holds) this.add(what);
  }

  /** @param {string} what */
  add(what) {
    if (!this.found.includes(what)) this.found.push(what);
  }

  /**
   * Opens an empty page in a new context. An error, a dialog, a failed response or a forbidden request in it is a
   * problem.
   * @param {import("playwright-core").Browser} browser
   * @param {object} [options] of the context
   * @param {{name?: () => string, permits?: (url: string) => boolean, ignores?: RegExp, patience?: number}} [rules]
   */
  async page(browser, options = DESK, { name = () => "", permits = () => true, ignores = /$^/, patience = 60_000 } = {}) {
    const context = await browser.newContext({ reducedMotion: "reduce", ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    const add = (what) => this.add(`${name() && `${name()}: `}${what}`);
    page.on("pageerror", (error) => add(error.message));
    page.on("console", (message) => message.type() === "error" && !ignores.test(message.text()) && add(message.text()));
    page.on("response", (response) => response.status() >= 400 && add(`${response.status()} for ${response.url()}`));
    page.on("request", (request) => permits(request.url()) || add(`requests ${request.url()}`));
    page.on("dialog", (dialog) => (add(`shows a dialog: ${dialog.message()}`), dialog.dismiss()));
    return page;
  }

  /** Checks that the page does not overflow the width of the window. */
  async fits(page, name) {
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    this.check(`${name}: too wide by ${excess} pixels`, excess <= 0);
  }

  /** Checks a page with axe-core. @param {string[]} impacts the impacts that are problems */
  async accessible(page, name, impacts = ["serious", "critical"]) {
    const axe = readFileSync(AXE, "utf-8");
    await page.evaluate(axe).catch(() => page.addScriptTag({ content: axe }));
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    for (const { id, impact, nodes } of violations) {
      const places = nodes.slice(0, 3).map((node) => node.html.slice(0, 160));
      this.check(`${name}: axe-core: ${id} (${impact}): ${places.join(" , ")}`, !impacts.includes(impact));
    }
  }

  /** Prints the problems and a summary, and exits with status 1 if there is a problem. @param {string} summary */
  exit(summary) {
    for (const problem of this.found) console.error(problem);
    console.log(`${summary}, ${this.found.length} problems`);
    process.exit(this.found.length ? 1 : 0);
  }
}
