// The state of each side after each step of a dialogue, as far as the dialogue shows it.
//
// The kit is one of the sides: the clients of a server under test, or the server of a client under test. A client has the
// state that it received (_SET), with the patches that it received (_PATCH) and its own edits; a server has the state that it
// sent, with the changes that both sides have sent since. The state of the kit is known. The state of the side under test is
// what it has sent, with what it was sent since, which is marked as not confirmed until it sends its state again. A client
// under test keeps its copy from one connection to the next, but patches only a state that it received on the same one.
// Values are never changed in place, because a step keeps those of the step before.
"use strict";

const Inapplicable = class extends Error {};

function tokens(pointer) {
  if (typeof pointer !== "string") throw new Inapplicable("a pointer that is not a string");
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
  if (!/^(0|[1-9]\d*)$/.test(token) || Number(token) > last) throw new Inapplicable(`no index ${token}`);
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

// A copy of `value` in which `change` is applied to a copy of the container at the end of the path.
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

// The value after all operations of a patch; throws Inapplicable if one of them fails.
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

// The paths at which two values differ, as arrays of tokens.
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

const HALF = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

// Whether JSON can be an event: no duplicate names in an object, and no lone surrogates.
function isStrict(text, value) {
  if (HALF.test(JSON.stringify(value))) return false;
  const names = [];
  for (const [token, string, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g)) {
    if (token === "{" || token === "[") names.push(new Set());
    else if (token === "}" || token === "]") names.pop();
    else if (colon) {
      const name = JSON.parse(string);
      if (names.at(-1).has(name)) return false;
      names.at(-1).add(name);
    }
  }
  return true;
}

// The event in an entry, { type, key, data }, or undefined for other frames.
function eventOf(entry) {
  if (entry.direction === "noted" || entry.binary || entry.leftOut) {
    const name = entry.direction !== "noted" && !entry.binary && /^\{"type": ?"(_[A-Z_]+)(?::([^"\\]*))?"/.exec(entry.payload);
    return name ? { name: name[1], key: name[2] ?? "", data: undefined, cut: true } : null;
  }
  try {
    const envelope = JSON.parse(entry.payload);
    const { type, data } = envelope;
    if (typeof type !== "string" || !isStrict(entry.payload, envelope)) return null;
    const colon = type.indexOf(":");
    return colon < 0 ? { name: type, key: "", data } : { name: type.slice(0, colon), key: type.slice(colon + 1), data };
  } catch {
    return null;
  }
}

const CONNECTS = /^(?:connects to (\S+)|the client connects|is the connection that is already open)/;
const ENDS = /^(connection \S+ (closed|ended|is)\b|closes|cuts |resets |fails to connect|goes away)/;
const RESTARTS = "the kit starts the client again";
const ONE = "client"; // the client under test, on any connection

// The steps of a dialogue: each entry with its event and sender, the connected clients, the state of each side, and what has
// just changed. `judged` is the side under test; the kit is the other one.
function follow(entries, judged) {
  const kit = judged === "client" ? "server" : "client";
  const held = { judged, clients: new Map(), servers: new Map(), sessions: new Map(), given: new Map(), lost: new Set() };
  const open = new Set();
  return entries.map(([at, connection, direction, payload, binary, leftOut]) => {
    const entry = { at, connection, direction: ["sent", "received", "noted"][direction], payload, binary: Boolean(binary), leftOut };
    const from = { sent: kit, received: judged, noted: null }[entry.direction];
    const step = { ...entry, from, event: eventOf(entry), changes: [], wrong: null, begins: false, ends: false, first: false };
    if (entry.direction === "noted") {
      const connects = CONNECTS.exec(payload);
      if (connects) {
        step.begins = !open.has(connection);
        open.add(connection);
        begin(held, connection, connects[1]);
      } else if (ENDS.test(payload)) {
        step.ends = open.delete(connection) || /^connection/.test(payload);
      } else if (payload === RESTARTS) held.clients.set(ONE, new Map());
    } else {
      if (!held.given.has(connection)) begin(held, connection);
      if (step.event) note(step, held);
    }
    step.open = new Set(open);
    step.session = held.sessions.get(connection);
    step.holder = holderOf(held, connection);
    step.sessions = new Map(held.sessions);
    step.clients = new Map([...held.clients].map(([name, copies]) => [name, new Map(copies)]));
    step.servers = new Map([...held.servers].map(([name, copies]) => [name, new Map(copies)]));
    return step;
  });
}

// The owner of the copies on a connection: each client of the kit has its own, the client under test has one.
const holderOf = ({ judged }, connection) => (judged === "client" ? ONE : connection);

// `held`: the judged side; key -> { value, unsure: not confirmed by the side under test } of each client and of the server of
// each session; the session of each connection; the keys whose state was sent on each; and the keys that are not followed.
function begin(held, connection, url) {
  const { judged, clients, servers, sessions, given } = held;
  const session = judged === "client" ? ONE : (url ?? connection);
  sessions.set(connection, session);
  given.set(connection, new Set());
  if (judged === "client") {
    for (const [key, copy] of clients.get(ONE) ?? []) clients.get(ONE).set(key, { ...copy, unsure: true });
    if (!clients.has(ONE)) clients.set(ONE, new Map());
  } else clients.set(connection, new Map());
  if (!servers.has(session)) servers.set(session, new Map());
}

function note(step, held) {
  const { name, key, data, cut } = step.event;
  const { judged, clients, servers, sessions, given, lost } = held;
  if (judged === "server" && step.from === "client" && name === "_USER_SESSION" && data && typeof data === "object") {
    sessions.set(step.connection, `${data.user} / ${data.session}`);
    if (!servers.has(sessions.get(step.connection))) servers.set(sessions.get(step.connection), new Map());
  }
  if (name !== "_SET" && name !== "_PATCH") return;
  const client = clients.get(holderOf(held, step.connection));
  const server = servers.get(sessions.get(step.connection));
  const [kits, others] = judged === "client" ? [server, client] : [client, server];
  if (step.from === "server" && name === "_SET") given.get(step.connection).add(key);
  if (cut || (name === "_PATCH" && lost.has(key))) {
    lost.add(key);
    client.delete(key);
    server.delete(key);
    step.wrong = cut ? "too long to be followed here" : "not followed, since something before was too long for that";
    return;
  }
  let after;
  try {
    after = name === "_PATCH" ? patchedBy(step, data, kits.get(key), held) : isDocument(data);
  } catch (error) {
    if (!(error instanceof Inapplicable)) throw error;
    step.wrong = `can't be applied: ${error.message}`;
    return;
  }
  lost.delete(key);
  const before = judged === "client" ? others.get(key) : kits.get(key);
  const whole = name === "_SET" && step.from === "client"; // a server assigns only the named attributes
  const kept = whole && kits.has(key) ? { ...kits.get(key).value, ...after } : after;
  if (judged === "server" || step.from === "server" || kits.has(key)) kits.set(key, { value: kept, unsure: false });
  others.set(key, { value: judged === "client" ? after : kept, unsure: step.direction === "sent" });
  const now = (judged === "client" ? others : kits).get(key).value;
  step.first = !before;
  step.changes = before ? differences(before.value, now).map((path) => ({ key, path, before: at(before.value, path), after: at(now, path) })) : [];
}

// Applies a patch to the state of both sides after all frames before it, which the kit has followed.
function patchedBy(step, operations, held, { judged, given }) {
  const blind = judged === "client" && step.from === "client" && !given.get(step.connection).has(step.event.key);
  if (blind) throw new Inapplicable("it comes before the state of this connection");
  if (!held) throw new Inapplicable(`the ${judged === "client" ? "server" : "client"} holds no such document`);
  return isDocument(patched(held.value, operations));
}

function isDocument(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Inapplicable("a document is an object");
  return value;
}

function at(value, path) {
  try {
    return lookUp(value, path);
  } catch {
    return undefined;
  }
}
