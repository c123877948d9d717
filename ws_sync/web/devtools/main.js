/**
 * The devtools page for any application: a client that follows every document that the server announces.
 *
 * An address in the fragment of the page's URL, `/ws-sync/devtools/#/ws/{name}`, is followed at once. Addresses in its
 * query, `/ws-sync/devtools/?address=/ws`, are only suggested, because connecting may take over from another client.
 */

import { Session } from "../lib/session.js";
import { make } from "./dom.js";
import { Panel, connectionBar } from "./panel.js";

/** The maximum number of documents to follow; a server may announce any number. */
const MAX_DOCUMENTS = 100;

const form = /** @type {HTMLFormElement} */ (document.getElementById("where"));
const address = /** @type {HTMLInputElement} */ (document.getElementById("address"));
const wrong = /** @type {HTMLElement} */ (document.getElementById("wrong"));
const panels = /** @type {HTMLElement} */ (document.getElementById("panels"));

/** @type {Session | null} */
let session = null;

function follow() {
  session?.close();
  wrong.textContent = "";
  try {
    session = new Session(address.value);
  } catch (error) {
    wrong.textContent = String(/** @type {any} */ (error).message);
    return;
  }
  history.replaceState(null, "", `#${address.value}`);
  const panel = new Panel(session, { name: address.value, heading: "h3" });
  const followed = session;
  session.on("received", ({ event }) => {
    const isNew = event?.name === "_SET" && event.key !== null && followed.documents.length < MAX_DOCUMENTS;
    if (isNew) followed.document(event.key);
    queueMicrotask(() => panel.watch());
  });
  panels.replaceChildren(
    make(
      "section",
      { className: "card side" },
      make("h2", {}, session.url),
      connectionBar(session, address.value),
      panel.element,
    ),
  );
  session.connect();
}

const offered = new URLSearchParams(location.search).getAll("address");
address.value = decodeURIComponent(location.hash.slice(1)) || (offered[0] ?? "");
document.getElementById("offered")?.append(...offered.map((value) => make("option", { value })));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  follow();
});
if (location.hash) follow();
