// Checks the built site in a browser: `node look.mjs [SITE] [SCREENSHOTS]`, by default build/site and build/screenshots.
// On each page, at desktop and phone width: nothing is loaded from another host, nothing fails to load, no error is thrown,
// nothing overflows the width, every diagram is rendered. Takes screenshots of some. Exit status 1 if there is a problem.
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { DESK, PHONE, Problems, launch, root, serve } from "../browser.mjs";

const site = resolve(process.argv[2] ?? join(root, "build/site"));
const pictures = resolve(process.argv[3] ?? join(root, "build/screenshots"));

// name, page, browser options, and what to do before the screenshot
const VIEWS = [
  ["home", "index.html", DESK],
  ["home-phone", "index.html", PHONE],
  ["patch", "patch.html", DESK],
  ["patch-phone", "patch.html", PHONE],
  ["requirement", "patch.html#patch-atomic", DESK],
  ["requirement-phone", "patch.html#patch-atomic", PHONE],
  ["dark", "patch.html#patch-atomic", { ...DESK, colorScheme: "dark" }],
  ["events-phone", "events.html#names-and-keys", PHONE],
  ["testee-phone", "testee.html#documents", PHONE],
  ["schemas", "schemas/index.html", DESK],
  ["schema", "schemas/patch.html", DESK],
  ["schema-phone", "schemas/patch.html", PHONE],
  ["asyncapi", "asyncapi.html", DESK],
  ["asyncapi-phone", "asyncapi.html#operations", PHONE],
  ["requirements", "requirements.html", DESK],
  ["requirements-phone", "requirements.html#patch", PHONE],
  ["diagram", "lifecycle.html", DESK, diagram],
  ["diagram-dark", "lifecycle.html", { ...DESK, colorScheme: "dark" }, diagram],
  ["diagram-phone", "lifecycle.html", PHONE, diagram],
  ["search", "index.html", DESK, search],
];

async function diagram(page) {
  await page.locator("div.mermaid").first().scrollIntoViewIfNeeded();
}

async function search(page) {
  await page.locator(".md-search__input").click();
  await page.locator(".md-search__input").pressSequentially("patch-atomic");
  await page.locator(".md-search-result a[href*='patch.html'][href*='#patch-atomic']").first().waitFor({ timeout: 10_000 });
}

const { base } = await serve(site);
const browser = await launch();
const problems = new Problems();

async function open(options) {
  const page = await problems.page(browser, options, {
    name: () => page.url().replace(base, ""),
    permits: (url) => url.startsWith(base) || !url.startsWith("http"),
  });
  return page;
}

async function show(page, path) {
  await page.goto(base + path, { waitUntil: "load" });
  const diagrams = readFileSync(join(site, path.split("#")[0]), "utf8").split('<pre class="mermaid">').length - 1;
  await page.waitForFunction((count) => document.querySelectorAll("div.mermaid").length === count, diagrams, { timeout: 10_000 });
}

const files = readdirSync(site, { recursive: true }).filter((name) => name.endsWith(".html") && name !== "404.html");
for (const [device, options] of [["desk", DESK], ["phone", PHONE]]) {
  const page = await open(options);
  for (const file of files) {
    await show(page, file).catch((error) => problems.add(`${file}: ${error.message}`));
    await problems.fits(page, `${file} on the ${device}`);
  }
  await page.context().close();
}

mkdirSync(pictures, { recursive: true });
for (const [name, path, options, act] of VIEWS) {
  if (!existsSync(join(site, path.split("#")[0]))) continue;
  const page = await open(options);
  await show(page, path);
  await act?.(page);
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  await page.context().close();
}
await browser.close();
problems.exit(`${files.length} pages checked at two widths`);
