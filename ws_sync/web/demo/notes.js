/** The view of the notes of one session: it shows the document's state, and typing edits the document. */

import { make } from "../devtools/dom.js";

/** @typedef {import("../lib/session.js").Session} Session */
/** @typedef {import("../lib/document.js").SyncedDocument} SyncedDocument */

/** Milliseconds to wait for another keystroke before a sync. */
const DEBOUNCE = 120;

/** Milliseconds for which a toast is visible. */
const TOAST_TIME = 6000;

/**
 * @param {Session} session
 * @param {SyncedDocument} notes
 * @param {string} side the name of the side
 */
export function notesView(session, notes, side) {
  const state = () => /** @type {any} */ (notes.state);
  /** @param {Record<string, any>} values @param {number} [debounce] */
  const edit = (values, debounce = 0) => {
    notes.set(values);
    notes.sync({ debounce });
  };

  const title = make("input", {
    className: "title",
    "aria-label": `Title, ${side}`,
    oninput: () => edit({ title: title.value }, DEBOUNCE),
  });
  const list = make("ul", { className: "notes" });
  const total = make("p", { className: "quiet" });

  const fresh = make("input", {
    placeholder: "Another note",
    "aria-label": `Another note, ${side}`,
    autocomplete: "off",
  });
  const form = make("form", { className: "row add" }, fresh, make("button", {}, "Add"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (fresh.value.trim() === "") return;
    edit({ notes: [...state().notes, fresh.value.trim()] });
    fresh.value = "";
  });

  /** @param {number} at */
  const row = (at) => {
    const input = make("input", { "aria-label": `Note ${at + 1}, ${side}` });
    const value = () => [...state().notes.slice(0, at), input.value, ...state().notes.slice(at + 1)];
    input.addEventListener("input", () => edit({ notes: value() }, DEBOUNCE));
    const remove = make(
      "button",
      { type: "button", className: "icon", title: "Remove", "aria-label": `Remove note ${at + 1}, ${side}` },
      "×",
    );
    remove.addEventListener("click", () => {
      edit({ notes: state().notes.filter((/** @type {string} */ _, /** @type {number} */ index) => index !== at) });
      const next = list.children[Math.min(at, list.children.length - 1)]?.querySelector("input");
      (next ?? fresh).focus(); // the focused element was removed
    });
    return make("li", { className: "row" }, input, remove);
  };

  const file = make("input", {
    type: "file",
    className: "unseen",
    tabIndex: -1,
    "aria-label": `Text file to upload, ${side}`,
    accept: ".txt,text/plain",
  });
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    if (chosen) notes.callWithBytes("UPLOAD", await chosen.arrayBuffer(), { name: chosen.name });
    file.value = "";
  });
  /** A button that is disabled without a connection, because calls are not kept. @param {string} text @param {() => void} act */
  const button = (text, act) => make("button", { type: "button", className: "call", onclick: act }, text);
  const calls = make(
    "div",
    { className: "row calls" },
    button("Shout", () => notes.call("SHOUT")),
    button("Upload…", () => file.click()),
    button("Download", () => notes.call("DOWNLOAD")),
    button("Export", () => notes.start("EXPORT")),
    file,
  );
  const bar = make("progress", { max: 1, value: 0, "aria-label": `Export, ${side}` });
  const percent = make("span", { className: "quiet" });
  const running = make(
    "div",
    { className: "row running", hidden: true },
    bar,
    percent,
    make("button", { type: "button", className: "small", onclick: () => notes.cancel("EXPORT") }, "Cancel"),
  );

  const toasts = make("div", { className: "toasts", role: "status", "aria-label": `Toasts, ${side}` });
  session.on("toast", ({ type, message }) => {
    const toast = make("p", { className: `toast ${type}` }, message);
    toasts.append(toast);
    setTimeout(() => toast.remove(), TOAST_TIME);
  });
  session.on("download", save);

  const show = () => {
    const { title: text, notes: all, totalLength, progress, runningTasks } = state();
    assign(title, text ?? "");
    while (list.children.length > all.length) list.lastElementChild?.remove();
    while (list.children.length < all.length) list.append(row(list.children.length));
    all.forEach((/** @type {string} */ note, /** @type {number} */ at) =>
      assign(/** @type {HTMLInputElement} */ (list.children[at].querySelector("input")), note),
    );
    total.textContent = `${all.length} notes, ${totalLength} characters, counted by the server`;
    running.hidden = !runningTasks?.includes("EXPORT");
    bar.value = progress ?? 0;
    percent.textContent = `${Math.round((progress ?? 0) * 100)} %`;
  };
  const showStatus = () => {
    for (const each of calls.querySelectorAll("button")) each.disabled = session.status !== "connected";
  };
  notes.subscribe(show);
  session.on("status", showStatus);
  show();
  showStatus();
  return make("div", { className: "app" }, title, list, form, total, calls, running, toasts);
}

/** Sets the value of an input only if it differs, because that would move the cursor. @param {HTMLInputElement} input @param {string} value */
function assign(input, value) {
  if (input.value !== value) input.value = value;
}

/** Saves a file through the browser. @param {{filename: string, bytes: Uint8Array}} file */
function save({ filename, bytes }) {
  const url = URL.createObjectURL(new Blob([/** @type {any} */ (bytes)]));
  make("a", { href: url, download: filename }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
