// The live page of the proxy. It receives updates and shows them as text: nothing from the wire is parsed as HTML. All lists
// are bounded.
const MOST_ENTRIES = 2000; // kept
const MOST_ROWS = 400; // shown
const MOST_LINES = 300; // of a document
const $ = (id) => document.getElementById(id);
const ARROWS = { sent: "→", received: "←", noted: "·" };
const LABELS = { sent: "from the client", received: "from the server", noted: "note" };

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

const seconds = (at) => at.toFixed(3);
function readable(size) {
  for (const unit of ["B", "kB", "MB"]) {
    if (size < 1000) return `${size < 10 && unit !== "B" ? size.toFixed(1) : Math.round(size)} ${unit}`;
    size /= 1000;
  }
  return `${size.toFixed(1)} GB`;
}

// Findings

const findings = new Map();

function showFinding(found) {
  const known = findings.get(found.number);
  if (known) {
    known.times.textContent = ` ×${found.count}`;
    known.where.textContent = where(found);
    known.found = found;
    return;
  }
  const item = make("li", `${found.level} fresh`);
  const details = make("details");
  const summary = make("summary");
  const word = { must: "MUST", should: "SHOULD", suspect: "suspected" }[found.level];
  const times = make("span", "times", found.count > 1 ? ` ×${found.count}` : "");
  const place = make("span", "ended", where(found));
  summary.append(make("span", "badge", word), `the ${found.side} `, make("span", "requirement", found.requirement), times, " ", place);
  const body = make("dl", "finding-body");
  const rows = [["requirement", `${found.sentence} (${found.keyword}, ${found.place})`], ["expected", found.expected], ["received", found.received]];
  if (found.frame) rows.push(["frame", found.frame]);
  for (const [name, text] of rows) body.append(make("dt", "", name), make("dd", name === "frame" ? "mono" : "", text));
  body.append(make("dt", "", "the last frames"));
  const last = make("dd");
  last.append(make("pre", "", found.last.join("\n")));
  body.append(last);
  details.append(summary, body);
  item.append(details);
  $("finding-list").prepend(item);
  findings.set(found.number, { times, where: place, found });
  $("announcer").textContent = `${word}: the ${found.side}, ${found.requirement}`;
}

function where(found) {
  const others = found.connections.length - 1;
  return `${found.about ? `${found.about}, ` : ""}connection ${found.connection}${others > 0 ? ` and ${others} more` : ""}, at ${seconds(found.at)} s`;
}

function countFindings() {
  for (const level of ["must", "should", "suspect"]) {
    const number = [...findings.values()].filter(({ found }) => found.level === level).length;
    $(`total-${level}`).textContent = number;
    $(`total-${level}`).parentElement.classList.toggle("some", number > 0);
  }
  $("no-findings").hidden = findings.size > 0;
}

// Connections

const connections = new Map();

function showConnection(one) {
  let item = connections.get(one.label)?.item;
  if (!item) {
    item = make("li");
    $("connection-list").prepend(item);
    $("filter-connection").append(new Option(one.label, one.label));
  }
  const open = one.ended === null;
  item.className = open ? "open" : "ended";
  const counts = `→ ${one.sent}  ← ${one.received}  ${readable(one.bytes)}`;
  item.replaceChildren(make("span", "label", one.label), make("span", "path mono", one.path), make("span", "mono", counts));
  const more = open ? one.ending : `${one.ending}, after ${(one.ended - one.opened).toFixed(1)} s`;
  const about = [more, one.origin].filter(Boolean).join(" · ");
  if (about) item.append(make("span", "more", about));
  connections.set(one.label, { item, open });
}

function forgetConnection(name) {
  connections.get(name)?.item.remove();
  connections.delete(name);
  [...$("filter-connection").options].find((option) => option.value === name)?.remove();
  for (const [id, known] of documents) {
    if (known.connection === name) {
      known.details.remove();
      documents.delete(id);
    }
  }
}

// Documents: the page compares each state with the last one to find what has changed.

const documents = new Map();

function showDocument(one) {
  const id = JSON.stringify([one.connection, one.key]);
  let known = documents.get(id);
  if (!known) {
    const details = make("details");
    const summary = make("summary");
    const tree = make("div", "tree mono");
    details.append(summary, tree);
    details.open = documents.size < 3;
    details.addEventListener("toggle", () => details.open && drawTree(known, new Set()));
    $("document-list").append(details);
    known = { details, summary, tree, connection: one.connection, state: undefined, one, by: one.by, changed: new Set() };
    documents.set(id, known);
  }
  const before = known.state;
  const moved = known.one.changes !== one.changes;
  known.one = one;
  known.state = one.state;
  if (before === undefined || one.state === undefined) known.changed = new Set();
  else if (moved) {
    const found = changedPlaces(before, one.state, "", new Set());
    if (found.size) [known.changed, known.by] = [found, one.by]; // a state that repeats the last one changes nothing
  }
  const about = `connection ${one.connection}${one.open ? "" : " (ended)"}, ${one.changes === 1 ? "1 change" : `${one.changes} changes`}, the last by the ${one.by} at ${seconds(one.at)} s`;
  known.summary.replaceChildren(make("strong", "mono", one.key || "(empty key)"), " ", make("span", "about", about));
  if (!one.followed) known.summary.append(" ", make("span", "doubt", "not followed"));
  if (known.details.open) drawTree(known, moved ? known.changed : new Set());
}

function changedPlaces(before, after, place, found) {
  if (before === after) return found;
  const container = (value) => value !== null && typeof value === "object";
  if (!container(before) || !container(after) || Array.isArray(before) !== Array.isArray(after)) return found.add(place);
  for (const name of Object.keys(after)) {
    if (Object.hasOwn(before, name)) changedPlaces(before[name], after[name], `${place}/${name}`, found);
    else found.add(`${place}/${name}`);
  }
  if (Object.keys(before).some((name) => !Object.hasOwn(after, name))) found.add(place);
  return found;
}

function drawTree(known, fresh) {
  if (known.one.why) return known.tree.replaceChildren(make("div", "line", known.one.why));
  const lines = [];
  drawValue(lines, known, fresh, known.state, "", "", "", false);
  if (lines.length >= MOST_LINES) lines.push(make("div", "line", "… more than the page shows"));
  known.tree.replaceChildren(...lines);
}

function drawValue(lines, known, fresh, value, name, indent, place, inside) {
  if (lines.length >= MOST_LINES) return;
  const changed = inside || known.changed.has(place);
  const line = make("div", `line${changed ? ` ${known.by}` : ""}${changed && fresh.size ? " fresh" : ""}`);
  line.append(indent);
  if (name !== "") line.append(make("span", "name", `${name}: `));
  lines.push(line);
  if (value === null || typeof value !== "object" || Object.keys(value).length === 0) {
    const text = JSON.stringify(value);
    line.append(text.length > 400 ? `${text.slice(0, 400)} …` : text);
    return;
  }
  line.append(Array.isArray(value) ? `[${value.length}]` : name === "" ? "{}" : `{${Object.keys(value).length}}`);
  for (const [member, one] of Object.entries(value)) drawValue(lines, known, fresh, one, member, `${indent}  `, `${place}/${member}`, changed && place !== "");
}

// Timeline

let entries = [];
let paused = false;
let missed = 0;
const filters = { text: $("filter-text"), connection: $("filter-connection"), direction: $("filter-direction"), wrong: $("filter-wrong") };

function wanted(one) {
  if (filters.connection.value && one.connection !== filters.connection.value) return false;
  if (filters.direction.value && one.direction !== filters.direction.value) return false;
  if (filters.wrong.checked && one.findings.length === 0) return false;
  const text = filters.text.value.toLowerCase();
  return !text || `${one.type} ${one.text}`.toLowerCase().includes(text);
}

function row(one) {
  const item = make("li", one.direction + (one.findings.length ? " wrong" : ""));
  const details = make("details");
  const summary = make("summary", "mono");
  const arrow = make("span", "arrow", ARROWS[one.direction]);
  arrow.title = LABELS[one.direction];
  arrow.setAttribute("role", "img");
  arrow.setAttribute("aria-label", LABELS[one.direction]);
  summary.append(make("span", "at", seconds(one.at)), make("span", "label", one.connection), arrow);
  if (one.direction !== "noted") summary.append(make("span", "type", one.type || (one.binary ? "binary" : "not an event")));
  summary.append(make("span", "text", one.text), make("span", "size", one.direction === "noted" ? "" : readable(one.size)));
  details.append(summary);
  details.addEventListener("toggle", () => details.open && details.children.length === 1 && open(one, details), { once: true });
  item.append(details);
  return item;
}

async function open(one, details) {
  const shown = make("pre", "", "…");
  details.append(shown);
  const answer = await fetch(`api/entry/${one.number}`).catch(() => null);
  const whole = answer?.ok ? await answer.json() : one;
  let text = whole.text;
  if (!whole.binary && one.direction !== "noted") {
    try {
      text = JSON.stringify(JSON.parse(whole.text), null, 2);
    } catch {
      // shown unchanged
    }
  }
  shown.textContent = one.findings.length ? `findings ${one.findings.join(", ")}\n${text}` : text;
}

function showEntries(added) {
  entries.push(...added);
  if (entries.length > MOST_ENTRIES) entries = entries.slice(-MOST_ENTRIES);
  if (paused) {
    missed += added.length;
    return updateShown();
  }
  const rows = added.filter(wanted).slice(-MOST_ROWS).map(row).reverse();
  $("entry-list").prepend(...rows);
  while ($("entry-list").children.length > MOST_ROWS) $("entry-list").lastElementChild.remove();
  updateShown();
}

function showAll() {
  missed = 0;
  $("entry-list").replaceChildren(...entries.filter(wanted).slice(-MOST_ROWS).map(row).reverse());
  updateShown();
}

let skipped = 0;
function updateShown() {
  const parts = [`${$("entry-list").children.length} of the last ${entries.length} shown, newest first`];
  if (skipped) parts.push(`${skipped} skipped, because they arrived too fast`);
  if (paused) parts.push(`paused, ${missed} new`);
  $("shown").textContent = parts.join("; ");
}

for (const control of Object.values(filters)) control.addEventListener("input", showAll);
$("filters").addEventListener("submit", (event) => event.preventDefault());
$("pause").addEventListener("click", () => {
  paused = !paused;
  $("pause").setAttribute("aria-pressed", paused);
  $("pause").textContent = paused ? "Resume" : "Pause";
  if (!paused) showAll();
  updateShown();
});
$("clear").addEventListener("click", () => {
  entries = [];
  skipped = 0;
  showAll();
});

// The colours and the report

const THEMES = ["system", "light", "dark"];
let theme = 0;
$("theme").addEventListener("click", () => {
  theme = (theme + 1) % THEMES.length;
  document.documentElement.dataset.theme = THEMES[theme];
  $("theme").textContent = `Colours: ${THEMES[theme]}`;
});
$("report").addEventListener("click", async () => {
  const answer = await fetch("api/report", { method: "POST" }).catch(() => null);
  $("announcer").textContent = $("route").textContent = answer?.ok ? (await answer.json()).said : "the report can't be written";
});

// Updates

function apply(news) {
  $("total-opened").textContent = news.opened;
  $("total-frames").textContent = news.frames;
  $("total-bytes").textContent = readable(news.bytes);
  news.gone.forEach(forgetConnection);
  news.connections.forEach(showConnection);
  news.documents.forEach(showDocument);
  news.findings.forEach(showFinding);
  skipped += news.skipped;
  if (news.entries.length) showEntries(news.entries);
  if (news.findings.length) countFindings();
  $("total-open").textContent = [...connections.values()].filter((one) => one.open).length;
  $("no-connections").hidden = connections.size > 0;
  $("no-documents").hidden = documents.size > 0;
}

function forgetAll() {
  for (const name of [...connections.keys()]) forgetConnection(name);
  findings.clear();
  $("finding-list").replaceChildren();
  entries = [];
  showAll();
  countFindings();
}

const about = await (await fetch("api/about")).json();
$("route").textContent = `clients → ${about.listen} → ${about.target}`;
$("report").hidden = !about.report;
const source = new EventSource("api/feed");
source.addEventListener("open", () => {
  forgetAll(); // a new stream begins with the whole state
  $("status").textContent = "live";
  $("status").className = "live";
});
source.addEventListener("error", () => {
  $("status").textContent = "the proxy does not answer";
  $("status").className = "";
});
source.addEventListener("message", (event) => apply(JSON.parse(event.data)));
