/** The devtools panel of one session: the connection status, the state of each document, and the events. */

import { make } from "./dom.js";
import { Tree } from "./tree.js";

/** @typedef {import("../lib/session.js").Session} Session */

/** The maximum number of events in the log. */
const MAX_EVENTS = 200;

/** The maximum number of characters shown of a frame. */
const MAX_LENGTH = 2000;

const FIRST = '{"type":"_GET:KEY","data":{}}';

export class Panel {
  #session;
  #name;
  /** @type {"h3" | "h4"} */ #heading;
  /** @type {Map<string, Tree>} */ #trees = new Map();
  #states = make("div", { className: "states" });
  #events = make("ol");
  #scroller;
  #note = make("p", { className: "quiet", role: "status" });
  #isPaused = false;

  /**
   * @param {Session} session
   * @param {{name: string, sample?: string, heading?: "h3" | "h4"}} options the displayed name of the session,
   *     the first text of the field for sending, and the level of the headings
   */
  constructor(session, { name, sample = FIRST, heading = "h4" }) {
    this.#heading = heading;
    this.#session = session;
    this.#name = name;
    this.#scroller = make(
      "div",
      { className: "events", tabIndex: 0, role: "log", "aria-label": `Events of ${name}`, "aria-live": "off" },
      this.#events,
    );
    this.element = make("div", { className: "panel" }, this.#states, this.#eventsSection(), this.#sendSection(sample));
    session.on("sent", ({ frame }) => this.#log("out", frame));
    session.on("received", ({ frame }) => this.#log("in", frame));
    session.on("problem", ({ verdict, reason }) => this.#log("problem", `${verdict}: ${reason}`));
    session.on("status", () => this.#log("life", statusText(session)));
    session.on("status", () => this.watch());
  }

  /** Adds the documents that were created since the last call. */
  watch() {
    for (const document of this.#session.documents) {
      if (this.#trees.has(document.key)) continue;
      const tree = new Tree(`State of ${document.key || "the empty key"}, ${this.#name}`);
      const mark = make("span", { className: "badge" });
      this.#trees.set(document.key, tree);
      this.#states.append(
        make("section", {}, make(this.#heading, {}, make("code", {}, document.key || '""'), " ", mark), tree.element),
      );
      const show = () => {
        tree.show(document.state);
        mark.textContent = document.isSynced ? "in sync" : document.isFollowing ? "not in sync" : "not following";
        mark.dataset.state = document.isSynced ? "good" : "wait";
      };
      document.subscribe(show);
      show();
    }
  }

  #eventsSection() {
    const pause = make("button", { type: "button", className: "small", "aria-pressed": "false" }, "Pause");
    pause.addEventListener("click", () => {
      this.#isPaused = !this.#isPaused;
      pause.setAttribute("aria-pressed", String(this.#isPaused));
    });
    const clear = make(
      "button",
      { type: "button", className: "small", onclick: () => this.#events.replaceChildren() },
      "Clear",
    );
    return make(
      "section",
      {},
      make(this.#heading, {}, "Events"),
      make("div", { className: "row tools" }, pause, clear),
      this.#scroller,
    );
  }

  /** @param {string} sample */
  #sendSection(sample) {
    const text = make("textarea", {
      rows: 2,
      value: sample,
      spellcheck: false,
      "aria-label": `Event to send, ${this.#name}`,
    });
    const send = () => {
      const isSent = this.#session.sendText(text.value);
      this.#note.textContent = isSent ? "" : "Not sent: there is no connection.";
    };
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      send();
    });
    return make(
      "section",
      { className: "by-hand" },
      make(this.#heading, {}, "Send by hand"),
      text,
      make("div", { className: "row" }, make("button", { type: "button", onclick: send }, "Send event"), this.#note),
    );
  }

  /** @param {"out" | "in" | "problem" | "life"} kind @param {string | Uint8Array} what */
  #log(kind, what) {
    if (this.#isPaused) return;
    const label = { out: "sent", in: "received", problem: "no effect", life: "connection" }[kind];
    const text = typeof what === "string" ? what : `${what.byteLength ?? "?"} bytes`;
    const shown = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}… ${text.length} characters` : text;
    const isAtEnd = this.#scroller.scrollHeight - this.#scroller.scrollTop - this.#scroller.clientHeight < 40;
    this.#events.append(
      make(
        "li",
        { className: kind },
        make("time", {}, new Date().toTimeString().slice(0, 8)),
        make(
          "span",
          { className: "kind", title: label },
          { out: "↑", in: "↓", problem: "!", life: "•" }[kind],
          make("span", { className: "unseen" }, label),
        ),
        make("code", {}, shown),
      ),
    );
    while (this.#events.childElementCount > MAX_EVENTS) this.#events.firstElementChild?.remove();
    if (isAtEnd) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }
}

/** Describes the status of the connection. @param {Session} session */
export function statusText(session) {
  if (session.status === "disconnected") {
    const seconds = Math.max(0, (session.retryAt ?? 0) - Date.now()) / 1000;
    return `${session.wasConnected ? "lost" : "no connection"}; attempt ${session.failures} in ${seconds.toFixed(1)} s`;
  }
  if (session.status === "stopped") return session.reason ?? "stopped";
  return session.status;
}

/**
 * Returns a bar with the connection status and a button that cuts the connection.
 * @param {Session} session
 * @param {string} name
 */
export function connectionBar(session, name) {
  const dot = make("span", { className: "dot", "aria-hidden": "true" });
  const life = make("span", { role: "status" });
  const why = make("p", { className: "quiet why" });
  const toggle = make("button", { type: "button", className: "small" });
  toggle.addEventListener("click", () => (session.status === "stopped" ? session.connect() : session.close()));
  const show = () => {
    dot.dataset.status = session.status;
    life.textContent = session.status === "stopped" && session.reason === null ? "cut by you" : statusText(session);
    const does = session.status === "stopped" ? "Connect" : "Cut";
    why.textContent = likelyReasons(session);
    toggle.replaceChildren(does, make("span", { className: "unseen" }, ` the connection of ${name}`));
  };
  session.on("status", show);
  show();
  return make("div", { className: "connection row" }, dot, life, toggle, why);
}

/** Describes likely reasons, because browsers do not tell a page why a connection failed. @param {Session} session */
function likelyReasons(session) {
  if (session.wasConnected || session.failures === 0 || session.status === "stopped") return "";
  return (
    `No server listens at ${session.url}, or it has no WebSocket endpoint there, or it rejects the origin ` +
    `${location.origin}. See the log of the server.`
  );
}
