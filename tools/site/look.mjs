// Looks at the built site in a browser: `node look.mjs [SITE] [SCREENSHOTS]`, by default build/site and build/screenshots.
// Every page, at the width of a desk and of a phone: nothing is loaded from elsewhere, nothing fails to load, no error is
// thrown, nothing sticks out sideways, every diagram is drawn. Takes pictures of some. Exit status 1 if anything is wrong.
//
// Needs playwright-core (an optional dependency of package.json) and a Chromium: CHROMIUM, or /usr/bin/chromium.
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const site = resolve(process.argv[2] ?? join(root, "build/site"));
const pictures = resolve(process.argv[3] ?? join(root, "build/screenshots"));
const DESK = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml" };

// name, page, options of the browser, and what to do before the picture
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

const server = createServer((request, response) => {
  const path = join(site, decodeURIComponent(new URL(request.url, "http://site").pathname));
  if (!path.startsWith(site) || !existsSync(path) || !statSync(path).isFile()) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
  return createReadStream(path).pipe(response);
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const base = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const wrong = new Set();

async function open(options) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const say = (what) => wrong.add(`${page.url().replace(base, "")}: ${what}`);
  page.on("pageerror", (error) => say(error.message));
  page.on("console", (message) => message.type() === "error" && say(message.text()));
  page.on("response", (response) => response.status() >= 400 && say(`${response.status()} for ${response.url()}`));
  await context.route("**/*", (route) => {
    const url = route.request().url();
    if (url.startsWith(base) || !url.startsWith("http")) return route.continue();
    say(`asks for ${url}`);
    return route.abort();
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
    await show(page, file).catch((error) => wrong.add(`${file}: ${error.message}`));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) wrong.add(`${file}: sticks out by ${wide} pixels on the ${device}`);
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
server.close();

for (const line of wrong) console.error(line);
console.log(`${files.length} pages looked at twice, ${wrong.size} problems`);
process.exit(wrong.size ? 1 : 0);
