/** The demo page: two sessions that share a board. The fragment of the page's URL is the name of the board. */

import { make } from "../devtools/dom.js";
import { Panel, connectionBar } from "../devtools/panel.js";
import { Session } from "../lib/session.js";
import { notesView } from "./notes.js";

const SAMPLE = '{"type":"_ACTION:NOTES","data":{"type":"ADD","note":"by hand"}}';

const board = location.hash.slice(1) || Math.random().toString(36).slice(2, 8);
history.replaceState(null, "", `#${board}`);
const share = /** @type {HTMLAnchorElement} */ (document.getElementById("share"));
share.href = `#${board}`;
const isWide = matchMedia("(min-width: 48rem)").matches; // on a phone, the notes of both sides come first
const isAlone = new URLSearchParams(location.search).has("one"); // one session, for a second window

/** A random part of the session names, so that two tabs never share a session. */
const tab = Math.random().toString(36).slice(2, 8);

for (const side of isAlone ? ["One"] : ["Left", "Right"]) {
  const session = new Session(`/ws/${encodeURIComponent(board)}.${tab}-${side.toLowerCase()}`);
  const notes = session.document("NOTES", { title: "", notes: [], totalLength: 0, progress: null, runningTasks: [] });
  const panel = new Panel(session, { name: side, sample: SAMPLE });
  panel.watch();
  const view = notesView(session, notes, side);
  document
    .getElementById("sides")
    ?.append(
      make(
        "section",
        { className: "card side", "aria-labelledby": `name-${side}` },
        make("div", { className: "row head" }, make("h2", { id: `name-${side}` }, side), connectionBar(session, side)),
        view,
        make(
          "details",
          { open: isWide },
          make("summary", {}, make("h3", {}, "Devtools"), make("span", { className: "unseen" }, ` of ${side}`)),
          panel.element,
        ),
      ),
    );
  session.connect();
}
