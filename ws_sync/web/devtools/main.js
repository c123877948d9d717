/**
 * The devtools of any application: a session of their own, which follows every document that the server announces.
 *
 * The address is the page's fragment: `/ws-sync/devtools/#/ws/{name}`.
 */

import { Session } from "../session.js";
import { make } from "./dom.js";
import { Panel, connectionBar } from "./panel.js";

/** So many documents are followed: a server may announce any number. */
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

address.value = decodeURIComponent(location.hash.slice(1)) || "/ws/devtools";
form.addEventListener("submit", (event) => {
  event.preventDefault();
  follow();
});
if (location.hash) follow();
