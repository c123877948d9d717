// What each side holds after each step of a dialogue, as far as the dialogue tells.
//
// A client holds what it was given (_SET), changed as it was told (_PATCH) and as it changed it itself. Of the server one
// knows what it has said, and what it was sent since: an edit of a client counts as taken until the server says otherwise,
// and is marked as not confirmed until then. Values are never changed in place: a step keeps those of the one before.
"use strict";

const Inapplicable = class extends Error {};

function tokens(pointer) {
  if (typeof pointer !== "string") throw new Inapplicable("a pointer that is no text");
  if (pointer === "") return [];
  if (pointer[0] !== "/" || /~(?![01])/.test(pointer)) throw new Inapplicable(`no pointer: ${pointer}`);
  return pointer.slice(1).split("/").map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

const own = (value, name) => Object.prototype.hasOwnProperty.call(value, name);

function same(one, other) {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => own(other, name) && same(one[name], other[name]));
}

function index(array, token, last) {
  if (!/^(0|[1-9]\d*)$/.test(token) || Number(token) > last) throw new Inapplicable(`no place ${token}`);
  return Number(token);
}

function lookUp(value, path) {
  for (const token of path) {
    if (Array.isArray(value)) value = value[index(value, token, value.length - 1)];
    else if (value !== null && typeof value === "object" && own(value, token)) value = value[token];
    else throw new Inapplicable(`nothing at /${path.join("/")}`);
  }
  return value;
}

function setOwn(object, name, value) {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  return object;
}

// A copy of `value` in which `change` was made to a copy of what holds the end of the path.
function changedAt(value, path, change) {
  if (value === null || typeof value !== "object") throw new Inapplicable(`nothing at /${path.join("/")}`);
  const copy = Array.isArray(value) ? [...value] : Object.keys(value).reduce((made, name) => setOwn(made, name, value[name]), {});
  if (path.length === 1) change(copy, path[0]);
  else if (Array.isArray(copy)) {
    const place = index(copy, path[0], copy.length - 1);
    copy[place] = changedAt(copy[place], path.slice(1), change);
  } else {
    if (!own(copy, path[0])) throw new Inapplicable(`nothing at /${path.join("/")}`);
    setOwn(copy, path[0], changedAt(copy[path[0]], path.slice(1), change));
  }
  return copy;
}

function added(value, path, item) {
  if (!path.length) return item;
  return changedAt(value, path, (holder, token) => {
    if (Array.isArray(holder)) holder.splice(token === "-" ? holder.length : index(holder, token, holder.length), 0, item);
    else setOwn(holder, token, item);
  });
}

function removed(value, path) {
  if (!path.length) throw new Inapplicable("the root can't be removed");
  lookUp(value, path);
  return changedAt(value, path, (holder, token) => {
    if (Array.isArray(holder)) holder.splice(Number(token), 1);
    else delete holder[token];
  });
}

function replaced(value, path, item) {
  lookUp(value, path);
  if (!path.length) return item;
  return changedAt(value, path, (holder, token) => {
    if (Array.isArray(holder)) holder[Number(token)] = item;
    else setOwn(holder, token, item);
  });
}

const given = (operation, name) => {
  if (!own(operation, name)) throw new Inapplicable(`${operation.op} without ${name}`);
  return operation[name];
};

// The value after a patch: all of its operations, or an Inapplicable.
function patched(value, operations) {
  if (!Array.isArray(operations)) throw new Inapplicable("no list of operations");
  for (const operation of operations) {
    if (operation === null || typeof operation !== "object") throw new Inapplicable("no operation");
    const path = tokens(operation.path);
    const from = ["move", "copy"].includes(operation.op) ? tokens(operation.from) : [];
    if (operation.op === "add") value = added(value, path, given(operation, "value"));
    else if (operation.op === "remove") value = removed(value, path);
    else if (operation.op === "replace") value = replaced(value, path, given(operation, "value"));
    else if (operation.op === "copy") value = added(value, path, lookUp(value, from));
    else if (operation.op === "move") {
      if (path.length > from.length && from.every((token, place) => token === path[place])) throw new Inapplicable("a move into itself");
      const item = lookUp(value, from);
      value = from.length ? added(removed(value, from), path, item) : item;
    } else if (operation.op === "test") {
      if (!same(lookUp(value, path), given(operation, "value"))) throw new Inapplicable(`the test of ${operation.path} fails`);
    } else throw new Inapplicable(`no operation ${operation.op}`);
  }
  return value;
}

// The paths below which two values differ, as arrays of tokens; whole values where their kinds differ.
function differences(before, after, path = [], found = []) {
  if (found.length > 200 || same(before, after)) return found;
  const both = [before, after];
  const bare = both.some((value) => value === null || typeof value !== "object") || Array.isArray(before) !== Array.isArray(after);
  if (bare) {
    found.push(path);
    return found;
  }
  if (Array.isArray(before) && before.length !== after.length) {
    let begin = 0;
    while (begin < Math.min(before.length, after.length) && same(before[begin], after[begin])) begin += 1;
    let end = 0;
    while (end < Math.min(before.length, after.length) - begin && same(before.at(-1 - end), after.at(-1 - end))) end += 1;
    if (after.length - end <= begin) found.push(path);
    for (let place = begin; place < after.length - end && found.length < 200; place += 1) found.push([...path, String(place)]);
    return found;
  }
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (own(before, name) && own(after, name)) differences(before[name], after[name], [...path, name], found);
    else found.push([...path, name]);
  }
  return found;
}

// What an entry is: { type, key, data } of an event, or nothing of other frames.
function eventOf(entry) {
  if (entry.direction === "noted" || entry.binary || entry.leftOut) {
    const name = entry.direction !== "noted" && !entry.binary && /^\{"type": ?"(_[A-Z_]+)(?::([^"\\]*))?"/.exec(entry.payload);
    return name ? { name: name[1], key: name[2] ?? "", data: undefined, cut: true } : null;
  }
  try {
    const { type, data } = JSON.parse(entry.payload);
    if (typeof type !== "string") return null;
    const colon = type.indexOf(":");
    return colon < 0 ? { name: type, key: "", data } : { name: type.slice(0, colon), key: type.slice(colon + 1), data };
  } catch {
    return null;
  }
}

const CONNECTS = /^connects to (\S+)/;
const ENDS = /^(connection \S+ (closed|ended|is)\b|closes|cuts |resets |fails to connect|goes away)/;

// The steps of a dialogue: each entry with its event, who is connected, what each side holds, and what has just changed.
function follow(entries) {
  const clients = new Map(); // connection -> key -> value
  const servers = new Map(); // session -> key -> { value, unsure: are edits of clients in it }
  const sessions = new Map(); // connection -> session
  const open = new Set();
  return entries.map(([at, connection, direction, payload, binary, leftOut]) => {
    const entry = { at, connection, direction: ["sent", "received", "noted"][direction], payload, binary: Boolean(binary), leftOut };
    const step = { ...entry, event: eventOf(entry), changes: [], wrong: null, begins: false, ends: false, first: false };
    if (entry.direction === "noted") {
      const connects = CONNECTS.exec(payload);
      if (connects) {
        step.begins = !open.has(connection);
        open.add(connection);
        sessions.set(connection, connects[1]);
        clients.set(connection, new Map());
      } else if (ENDS.test(payload)) {
        step.ends = open.delete(connection) || /^connection/.test(payload);
      }
    } else {
      if (!sessions.has(connection)) sessions.set(connection, connection);
      if (!clients.has(connection)) clients.set(connection, new Map());
      if (step.event) note(step, clients, servers, sessions);
    }
    step.open = new Set(open);
    step.session = sessions.get(connection);
    step.sessions = new Map(sessions);
    step.clients = new Map([...clients].map(([name, copies]) => [name, new Map(copies)]));
    step.servers = new Map([...servers].map(([name, copies]) => [name, new Map(copies)]));
    return step;
  });
}

function note(step, clients, servers, sessions) {
  const { name, key, data, cut } = step.event;
  if (step.direction === "sent" && name === "_USER_SESSION" && data && typeof data === "object") {
    sessions.set(step.connection, `${data.user} / ${data.session}`);
  }
  const session = sessions.get(step.connection);
  if (name !== "_SET" && name !== "_PATCH") return;
  if (!servers.has(session)) servers.set(session, new Map());
  const copies = clients.get(step.connection);
  const server = servers.get(session);
  if (cut) {
    copies.delete(key);
    server.delete(key);
    step.wrong = "too long to be followed here";
    return;
  }
  const known = copies.has(key);
  const before = copies.get(key);
  let after;
  try {
    if (name === "_PATCH" && !known) throw new Inapplicable("the client holds no such document");
    after = name === "_PATCH" ? patched(before, data) : step.direction === "sent" ? merged(before, data) : data;
  } catch (error) {
    if (!(error instanceof Inapplicable)) throw error;
    step.wrong = `can't be applied: ${error.message}`;
    return;
  }
  step.first = !known;
  step.changes = known ? differences(before, after).map((path) => ({ key, path, before: at(before, path), after: at(after, path) })) : [];
  copies.set(key, after);
  server.set(key, { value: after, unsure: step.direction === "sent" });
}

const merged = (before, data) =>
  [before, data].every((value) => value !== null && typeof value === "object" && !Array.isArray(value)) ? { ...before, ...data } : data;

function at(value, path) {
  try {
    return lookUp(value, path);
  } catch {
    return undefined;
  }
}
