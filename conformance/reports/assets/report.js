// The page of a report: filters the cases, and renders the details of a case when it is opened.
//
// Received data is added to the page as text, never as markup.
(() => {
  const byId = (id) => document.getElementById(id);
  const judged = document.body.dataset.side;
  const requirements = JSON.parse(byId("requirements-data").textContent);
  let lines = null;
  const detail = (place) => JSON.parse((lines ??= byId("cases-data").textContent.split("\n"))[place]);

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "class") element.className = value;
      else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  // Escape control characters, bidirectional marks and lone surrogates.
  const visible = (text) =>
    text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const clipped = (text, length) => (text.length <= length ? text : `${text.slice(0, length / 2)} … ${text.slice(-length / 2)}`);
  const written = (value) => (value === undefined ? "nothing" : visible(JSON.stringify(value)));
  const milliseconds = (seconds) => (seconds * 1000).toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

  // One case

  function requirementOf(id) {
    const found = requirements[id];
    return make("div", {},
      make("div", { class: "head" }, found ? make("span", { class: "level" }, found.level) : "", " ",
        make("a", { class: "id", href: `#${encodeURIComponent(visible(id))}` }, id), " ",
        make("span", { class: "side" }, found ? `${found.side} · ${found.place}` : "")),
      found ? make("p", { class: "sentence" }, ...found.sentence.split("`").map((part, place) => (place % 2 ? make("code", {}, visible(part)) : visible(part)))) : null);
  }

  function copying(text) {
    const button = make("button", { type: "button", class: "copy" }, "copy");
    button.addEventListener("click", () =>
      navigator.clipboard.writeText(text).then(
        () => (button.textContent = "copied"),
        () => (button.textContent = "not permitted")));
    return navigator.clipboard ? button : null;
  }

  function found(finding) {
    const rows = [];
    const row = (name, content, kind = "mono") => rows.push(make("dt", {}, name), make("dd", { class: kind }, content));
    row("sent", finding.sent);
    row("expected", finding.expected);
    row("received", finding.received, "mono received");
    if (finding.hint) row("hint", make("span", { class: "hint" }, visible(finding.hint)), "");
    if (finding.steps.length) row("steps", make("ol", {}, ...finding.steps.map((step) => make("li", {}, visible(step)))));
    if (finding.seed !== null) row("seed", String(finding.seed));
    if (finding.replay) {
      row("replay", make("span", {}, visible(finding.replay), copying(finding.replay)));
    }
    return make("div", { class: "finding" }, requirementOf(finding.requirement), make("dl", {}, ...rows));
  }

  function bodyOf(given) {
    const body = make("div", { class: "body" });
    const said = (label, text) => make("p", { class: "told" }, make("b", {}, label), visible(text));
    if (given.known) body.append(said("Known failing", given.known));
    if (given.blockedBy) {
      body.append(make("p", { class: "told" }, make("b", {}, "Depends on"), make("a", { href: `#${encodeURIComponent(visible(given.blockedBy))}` }, given.blockedBy), ", which failed"));
    }
    if (given.death) body.append(said(`The ${judged} died`, given.death));
    for (const finding of given.findings) {
      body.append(found(finding));
      if (finding.dialogue?.length) body.append(talk(finding.dialogue, finding.sent));
    }
    if (!given.findings.length) {
      body.append(requirementOf(given.requirement));
      if (given.reason && !given.blockedBy) body.append(make("div", { class: "plain" }, visible(given.reason)));
    }
    if (given.closing && given.closing.verdict !== "passed") {
      body.append(make("p", { class: "told problem" }, make("b", {}, "Closing"), visible(`${given.closing.how}; expected: ${given.closing.expected} `),
        make("a", { href: `#${encodeURIComponent(visible(given.closing.requirement))}` }, given.closing.requirement)));
    }
    if (given.dialogue.length) body.append(talk(given.dialogue, given.findings.at(-1)?.sent));
    else body.append(make("p", { class: "legend" }, "No frames."));
    return body;
  }

  // The dialogue: the lanes of the connections, with the clients on the left and the server on the right.

  const SERVER = judged === "client" ? "server (kit)" : "server";
  const MOST_LANES = 5;
  const PAGE = 150;
  const SILENCE = 0.25;
  const wide = matchMedia("(min-width: 44rem)");

  function talk(entries, about) {
    const steps = follow(entries, judged);
    const names = [...new Set(steps.map((step) => step.connection))];
    const crowd = names.length > MOST_LANES;
    const lanes = crowd ? [judged === "client" ? ONE : "clients"] : names;
    const each = wide.matches ? 3.4 : 2.5;
    const width = Math.max(2, lanes.length + 1) * each;
    const place = (lane) => `${((lane + 0.5) / (lanes.length + 1)) * 100}%`;
    const laneOf = (connection) => (crowd ? 0 : lanes.indexOf(connection));
    const marked = aboutOf(steps, about);

    const list = make("ol", { class: "steps", role: "listbox", "aria-label": "Steps of the dialogue; the arrow keys choose one" });
    const panel = make("div", { class: "state untouched", role: "region", "aria-label": "State after the selected step", tabindex: "0" });
    const rows = [];
    let chosen = null;

    function draw(number) {
      const step = steps[number];
      const lane = laneOf(step.connection);
      const boxes = make("div", { class: "lanes", "aria-hidden": "true" });
      lanes.forEach((name, other) => {
        if (crowd || step.open.has(name) || (other === lane && (step.begins || step.ends))) {
          boxes.append(make("i", { class: "life", style: `left:${place(other)}` }));
        }
      });
      boxes.append(make("i", { class: "life server", style: `left:${place(lanes.length)}` }));
      if (step.direction === "noted") boxes.append(make("i", { class: "dot", style: `left:${place(lane)}` }));
      else boxes.append(make("i", { class: `arrow ${step.direction} from-${step.from}`, style: `left:${place(lane)};right:calc(100% - ${place(lanes.length)})` }));
      const kinds = ["step", step.direction, step.ends ? "ends" : "", isQuiet(step) ? "quiet" : "", number === marked ? "about" : ""];
      return make("li", { class: kinds.join(" "), role: "option", "aria-selected": "false", tabindex: "-1", "data-step": number },
        make("span", { class: "at" }, milliseconds(step.at)), boxes, make("div", { class: "said" }, ...saidIn(step, crowd)));
    }

    function select(number, focus = true) {
      if (chosen !== null) {
        rows[chosen]?.setAttribute("aria-selected", "false");
        rows[chosen]?.setAttribute("tabindex", "-1");
      }
      chosen = number;
      const row = rows[number];
      row.setAttribute("aria-selected", "true");
      row.setAttribute("tabindex", "0");
      panel.replaceChildren(...stateAfter(steps, number, names));
      if (focus) {
        panel.classList.remove("untouched");
        row.focus({ preventScroll: false });
      }
    }

    function fill(from) {
      const before = list.firstChild;
      const made = [];
      for (let number = from; number < (filled ?? steps.length); number += 1) {
        const waited = number ? steps[number].at - steps[number - 1].at : 0;
        if (waited >= SILENCE) made.push(make("li", { class: "gap", role: "presentation" }, `${waited.toFixed(1)} s of silence`));
        made.push((rows[number] = draw(number)));
      }
      for (const element of made) list.insertBefore(element, before);
      filled = from;
    }

    let filled = null;
    fill(Math.max(0, steps.length - PAGE));
    const more = make("button", { type: "button", class: "more" });
    const tell = () => {
      more.hidden = filled === 0;
      more.textContent = `Show ${Math.min(filled, 10 * PAGE).toLocaleString("en")} of ${filled.toLocaleString("en")} earlier steps`;
    };
    more.addEventListener("click", () => {
      fill(Math.max(0, filled - 10 * PAGE));
      tell();
    });
    tell();

    list.addEventListener("click", (event) => {
      const row = event.target.closest(".step");
      if (row) select(Number(row.dataset.step));
    });
    list.addEventListener("keydown", (event) => {
      const to = { ArrowDown: chosen + 1, ArrowUp: chosen - 1, Home: filled, End: steps.length - 1, PageDown: chosen + 10, PageUp: chosen - 10 }[event.key];
      if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      select(Math.min(Math.max(to, filled), steps.length - 1));
    });
    const last = steps.findLastIndex((step) => step.direction !== "noted");
    select(marked !== -1 && rows[marked] ? marked : Math.max(last, filled), false);

    const head = make("div", { class: "lanes-head", style: `--lanes:${width}rem`, "aria-hidden": "true" },
      make("span", { class: "at" }, "ms"),
      make("div", { class: "lane-names" },
        ...lanes.map((name, lane) => make("span", { style: `left:${place(lane)}` }, name)),
        make("span", { style: `left:${place(lanes.length)}` }, judged === "client" ? "kit" : "server")),
      make("span", {}, crowd ? `${names.length} connections` : "select a step to see the state after it"));
    list.style.setProperty("--lanes", `${width}rem`);
    return make("div", { class: "talk" }, make("div", {}, more, head, list), panel);
  }

  // The step that the case is about: the last one with the same text.
  function aboutOf(steps, about) {
    const match = /^(\S+) -> ([^]*)$/.exec(about ?? "");
    if (!match) return -1;
    const begin = match[2].split(" …")[0];
    return steps.findLastIndex((step) => step.direction === "sent" && step.connection === match[1] &&
      (step.binary ? begin.includes(step.payload.slice(0, 16)) : step.payload.startsWith(begin)));
  }

  // Steps of no interest: the kit's fences, and states that are already known.
  const isFence = ({ name, data }) => name === "_ACTION" && /^fence-\d+$/.test(data?.type === "call" ? data.name : data?.type);
  const isQuiet = (step) =>
    Boolean(step.event) && !step.wrong && !step.changes.length &&
    (step.event.name === "_GET" || (step.event.name === "_SET" && step.direction === "received" && !step.first) ||
      (judged === "client" && isFence(step.event)));

  function saidIn(step, crowd) {
    const who = crowd ? [make("span", { class: "side" }, `${step.connection} `)] : [];
    if (step.direction === "noted") return [...who, visible(clipped(step.payload, 200))];
    const arrow = make("span", { class: "off" }, step.from === "client" ? `client ${step.connection} to ${SERVER}: ` : `${SERVER} to client ${step.connection}: `);
    const frame = frameOf(step);
    const parts = [...who, arrow];
    if (step.event) {
      const type = step.event.key ? `${step.event.name}:${step.event.key}` : step.event.name;
      parts.push(make("b", {}, visible(clipped(type, 80))));
      if (step.changes.length && !step.wrong) {
        parts.push(...step.changes.slice(0, 4).map(changed));
        if (step.changes.length > 4) parts.push(make("span", { class: "change" }, `and ${step.changes.length - 4} more`));
        return parts;
      }
      parts.push(make("span", { class: "data" }, clipped(step.event.cut ? frame : written(step.event.data), 300)));
    } else parts.push(make("span", { class: "data" }, clipped(frame, 300)));
    if (step.wrong) parts.push(make("span", { class: step.wrong.startsWith("can't") && step.direction === "received" ? "bad" : "side" }, step.wrong));
    return parts;
  }

  const pointer = (path) => path.map((token) => `/${token.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("") || "the whole document";

  const changed = ({ path, before, after }) =>
    make("span", { class: "change" }, `${visible(clipped(pointer(path), 80))} `,
      before === undefined ? "" : make("i", {}, clipped(written(before), 80)), before === undefined ? "" : " ",
      after === undefined ? "removed" : clipped(written(after), 120));

  function frameOf(step) {
    const count = step.leftOut ? ` …${step.leftOut.toLocaleString("en")} ${step.binary ? "bytes" : "characters"} left out in the middle…` : "";
    return step.binary ? `${step.payload.length / 2 + step.leftOut} bytes ${step.payload}${count}` : `${visible(step.payload)}${count}`;
  }

  // The state after a step: for each document its attributes, as each client of the session and the server have them.
  // Changes of the step are marked.
  function stateAfter(steps, number, names) {
    const step = steps[number];
    const before = steps[number - 1];
    const session = step.session;
    const clients = (judged === "client" ? [ONE] : names.filter((name) => step.sessions.get(name) === session && (step.open.has(name) || step.clients.get(name)?.size))).slice(0, 4);
    if (!clients.includes(step.holder)) clients[Math.min(clients.length, 3)] = step.holder;
    const server = step.servers.get(session) ?? new Map();
    const keys = [...new Set([...server.keys(), ...clients.flatMap((name) => [...(step.clients.get(name)?.keys() ?? [])])])];
    const touched = step.event && (step.changes.length || step.first) ? step.event.key : null;
    keys.sort((one, other) => (other === touched) - (one === touched));
    const found = keys.map((key) => documentOf(key, step, before, clients, server.get(key)));
    const others = judged === "client" ? (step.clients.get(ONE) ?? new Map()) : server;
    const unsure = [...others.values()].some((held) => held.unsure);
    return [
      make("h4", {}, `After step ${number + 1} of ${steps.length}`, make("span", {}, `${milliseconds(step.at)} ms`)),
      make("div", { class: "keep" },
        make("details", { class: "frame", open: !keys.length || Boolean(step.wrong) },
          make("summary", {}, step.direction === "noted" ? "Event" : "Frame"), make("pre", { tabindex: "0" }, pretty(step))),
        ...found,
        keys.length ? null : make("p", { class: "legend" }, "No state is known yet."),
        unsure ? make("p", { class: "legend" }, judged === "client" ? "≈ as the client was given it, or held it when its connection ended; it has not said so since" : "≈ as a client has sent it; the server has not confirmed it") : null),
    ];
  }

  function pretty(step) {
    if (!step.event || step.event.cut || step.payload.length > 3000) return frameOf(step);
    return visible(JSON.stringify(JSON.parse(step.payload), null, 1).replace(/\n\s*/g, (gap) => (gap.length > 3 ? " " : gap)));
  }

  function documentOf(key, step, before, clients, held) {
    const column = (name, now, was, mine) => ({ name: `${name}${now?.unsure ? " ≈" : ""}`, value: now?.value, was: was?.value, mine });
    const columns = [
      ...clients.map((name) => column(name, step.clients.get(name)?.get(key), before?.clients.get(name)?.get(key), name === step.holder)),
      column(SERVER, held, before?.servers.get(step.session)?.get(key), true),
    ];
    const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
    const attributes = [...new Set(columns.flatMap(({ value }) => (isObject(value) ? Object.keys(value) : value === undefined ? [] : [""])))];
    const paths = step.event?.key === key ? step.changes.map(({ path }) => path) : [];
    const rows = attributes.map((attribute) => {
      const path = attribute === "" && !columns.some(({ value }) => isObject(value)) ? [] : [attribute];
      const values = columns.map(({ value }) => (value === undefined ? undefined : at(value, path)));
      const last = values.at(-1);
      const cells = columns.map((column, place) => {
        const value = values[place];
        const was = column.was === undefined ? undefined : at(column.was, path);
        const isChanged = column.mine && column.was !== undefined && !same(was ?? null, value ?? null);
        const differs = place < columns.length - 1 && column.value !== undefined && held !== undefined && !same(value ?? null, last ?? null);
        const inside = paths.filter((other) => path.every((token, depth) => other[depth] === token)).map((other) => other.slice(path.length));
        const cell = make("td", { class: `cell${isChanged ? " changed" : ""}${differs ? " differs" : ""}` });
        if (value === undefined) cell.append(column.value === undefined ? "·" : "–");
        else cell.append(make("span", {}, ...shownJSON(value, isChanged ? inside : [])));
        if (isChanged && (was === null || typeof was !== "object")) cell.append(make("span", { class: "was", title: "before this step" }, clipped(written(was), 60)));
        if (differs) cell.append(make("span", { class: "off" }, " (differs from the server's)"));
        return cell;
      });
      const quiet = !cells.some((cell) => /changed|differs/.test(cell.className));
      return make("tr", { class: quiet ? "same" : null }, make("th", { scope: "row" }, visible(clipped(attribute, 60))), ...cells);
    });
    rows.sort((one, other) => one.classList.contains("same") - other.classList.contains("same"));
    return make("table", {}, make("caption", {}, visible(clipped(key, 80))),
      make("thead", {}, make("tr", {}, make("td", {}), ...columns.map(({ name }) => make("th", { scope: "col" }, name)))),
      make("tbody", {}, ...rows));
  }

  // A value as JSON, with marks around the values at the paths; long lists and texts are shortened around these.
  function shownJSON(value, paths, depth = 0) {
    if (paths.some((path) => !path.length) && depth) return [make("mark", {}, clipped(written(value), 160))];
    if (value === null || typeof value !== "object") return [clipped(written(value), 160)];
    const names = Object.keys(value);
    const wanted = new Set(paths.map(([token]) => token));
    const array = Array.isArray(value);
    const parts = [array ? "[" : "{"];
    let left = 0;
    let count = 0;
    for (const name of names) {
      if (!wanted.has(name) && (count >= 12 || depth > 4)) {
        left += 1;
        continue;
      }
      if (left) parts.push(count ? ", " : "", `… ${left} more`);
      if (count || left) parts.push(", ");
      left = 0;
      count += 1;
      if (!array) parts.push(`${clipped(written(name), 60)}: `);
      parts.push(...shownJSON(value[name], paths.filter(([token]) => token === name).map((path) => path.slice(1)), depth + 1));
      if (count > 60) break;
    }
    left += count > 60 ? names.length - count : 0;
    if (left) parts.push(`, … ${left} more`);
    return [...parts, array ? "]" : "}"];
  }

  // Opening and links

  const cases = [...document.querySelectorAll(".case")];
  for (const one of cases) {
    one.addEventListener("toggle", () => {
      if (one.open && !one.querySelector(".body")) one.append(bodyOf(detail(Number(one.dataset.at))));
    });
  }

  function arrive() {
    let target = null;
    try {
      target = byId(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return; // not a valid link
    }
    if (!target?.matches(".case")) return;
    if (target.hidden || target.closest(".group").hidden) clear();
    if (!target.open) {
      target.append(...(target.querySelector(".body") ? [] : [bodyOf(detail(Number(target.dataset.at)))]));
      target.open = true;
    }
    target.scrollIntoView({ behavior: "instant", block: "start" });
    target.querySelector("summary").focus({ preventScroll: true });
  }
  addEventListener("hashchange", arrive);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-q]");
    if (link) {
      event.preventDefault();
      clear();
      byId("q").value = link.dataset.q;
      filter();
      byId("the-cases").scrollIntoView();
    } else if (event.target.closest("a")?.hash === location.hash && location.hash) arrive();
  });

  // The filter

  const form = byId("filter");
  form.hidden = false;
  let texts = null;
  function filter() {
    const words = byId("q").value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = new Set([...form.querySelectorAll("[name=verdict]:checked")].map((box) => box.value));
    const section = byId("section").value;
    const level = byId("level").value;
    texts ??= cases.map((one) => one.querySelector("summary").textContent.toLowerCase());
    let count = 0;
    cases.forEach((one, place) => {
      const fits = (!verdicts.size || verdicts.has(one.dataset.v)) && (!section || one.id.startsWith(`${section}/`)) &&
        (!level || one.dataset.l === level) && words.every((word) => texts[place].includes(word));
      one.hidden = !fits;
      count += fits;
    });
    for (const group of document.querySelectorAll(".group")) group.hidden = !group.querySelector(".case:not([hidden])");
    byId("matches").textContent = count === cases.length ? "" : `${count.toLocaleString("en")} of ${cases.length.toLocaleString("en")}`;
    byId("nothing").hidden = count > 0;
  }
  function clear() {
    form.reset();
    filter();
  }
  form.addEventListener("input", filter);
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.target.closest("input, select, textarea")) {
      event.preventDefault();
      byId("q").focus();
    }
  });
  arrive();
})();
