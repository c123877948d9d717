/** Shows a state as JSON text, and marks the lines that the last change has affected. */

import { diff } from "../lib/diff.js";
import { escape } from "../lib/pointer.js";
import { make } from "./dom.js";

/** The maximum number of lines, and of characters of a line. */
const MAX_LINES = 400;
const MAX_LENGTH = 1000;

export class Tree {
  /** @type {any} */ #shown = null;
  element = make("pre", { className: "tree", tabIndex: 0, role: "region", "aria-label": "State" });

  /** @param {string} name the accessible name */
  constructor(name) {
    this.element.setAttribute("aria-label", name);
  }

  /** @param {any} state */
  show(state) {
    if (state === this.#shown) return;
    const isFirst = this.#shown === null || Object.keys(this.#shown).length === 0;
    const changes = isFirst ? [] : diff(this.#shown, state);
    this.#shown = state;
    const changed = new Set(changes.filter(({ op }) => op !== "remove").map(({ path }) => path));
    const around = new Set(
      changes.filter(({ op }) => op === "remove").map(({ path }) => path.slice(0, path.lastIndexOf("/"))),
    );
    const lines = [];
    for (const { text, path, isWithin } of linesOf(state, "", "", false, changed)) {
      if (lines.length === MAX_LINES) {
        lines.push(make("span", { className: "line" }, "…"));
        break;
      }
      const className = isWithin ? "line changed" : around.has(path) ? "line around" : "line";
      lines.push(make("span", { className }, text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text));
    }
    this.element.replaceChildren(...lines);
  }
}

/**
 * @param {any} value
 * @param {string} path
 * @param {string} label the text before it
 * @param {boolean} isWithin whether it is part of a changed value
 * @param {Set<string>} changed
 * @param {string} [indent]
 * @param {string} [comma]
 * @returns {Iterable<{text: string, path: string, isWithin: boolean}>}
 */
function* linesOf(value, path, label, isWithin, changed, indent = "", comma = "") {
  const within = isWithin || changed.has(path);
  const isArray = Array.isArray(value);
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) {
    yield { text: `${indent}${label}${JSON.stringify(value)}${comma}`, path, isWithin: within };
    return;
  }
  yield { text: `${indent}${label}${isArray ? "[" : "{"}`, path, isWithin: within };
  const names = Object.keys(value);
  for (const [at, name] of names.entries()) {
    const front = isArray ? "" : `${JSON.stringify(name)}: `;
    yield* linesOf(
      value[name],
      `${path}/${escape(name)}`,
      front,
      within,
      changed,
      `${indent}  `,
      at < names.length - 1 ? "," : "",
    );
  }
  yield { text: `${indent}${isArray ? "]" : "}"}${comma}`, path: `${path}/`, isWithin: within };
}
