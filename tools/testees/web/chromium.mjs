// The client under test in Chromium: `node chromium.mjs URL`. Serves the files of this repository to a page that runs the
// client, until it gets SIGTERM or SIGINT. Needs Chromium at $CHROMIUM or /usr/bin/chromium.
import { launch, root, serve } from "../../browser.mjs";

const { base } = await serve(root);
const browser = await launch();
const page = await browser.newPage();
page.on("pageerror", (error) => console.error(error.message));
await page.goto(`${base}tools/testees/web/client.html?${encodeURIComponent(process.argv[2])}`);
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, async () => {
    await browser.close();
    process.exit(0);
  });
}
