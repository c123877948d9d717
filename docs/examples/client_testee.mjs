/**
 * The shortest client testee in Node: a complete client, with the package `ws`.
 *
 *     npm install ws
 *     ws-sync test --client-cmd 'node client_testee.mjs {url}'
 */

import { createHash, randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { WebSocket } from "ws";

const identity = { user: randomUUID(), session: randomUUID() };
let value = { text: "", number: 0, flag: false, items: [], table: {}, anything: null }; // what the user sees
let shared = null; // `value` without unsent edits; null before the first state
let announced = null; // a `_BIN_META` whose bytes have not arrived
let attempts = 0;
let goesOn = true;
let socket;

/** An invalid frame has no effect, and the connection stays open. */
class Refused extends Error {}
const refuse = why => { throw new Refused(why); };

function connect() {
  shared = announced = null;
  socket = new WebSocket(process.argv[2], { maxPayload: 1 << 24 });
  socket.on("message", (content, isBinary) => {
    try {
      if (isBinary) receiveBytes(content);
      else receive(read(content.toString()));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  });
  socket.on("error", () => {}); // "close" follows
  socket.on("close", () => {
    const longest = Math.min(20 * 1.6 ** attempts++, 200); // milliseconds
    if (goesOn) setTimeout(connect, longest * (0.5 + Math.random() / 2));
  });
}

const send = (type, data) => socket.send(JSON.stringify({ type, data }));

// Received events

function receive({ type, data }) {
  if (type === "_SET:TESTEE" && isObject(data)) {
    shared = value = data;
    attempts = 0;
  } else if (type === "_PATCH:TESTEE") follow(data);
  else if (type === "_GET:TESTEE") sendState();
  else if (type === "_ACTION:TESTEE" && typeof data?.type === "string") act(data);
  else if (type === "_BIN_META") {
    const isGood = typeof data?.type === "string" && isObject(data.metadata) && !Object.hasOwn(data.metadata, "data");
    announced = isGood ? data : null;
  } else if (type === "_TOAST" && isObject(data)) record({ toast: data });
  else if (type === "_DOWNLOAD" && typeof data?.filename === "string")
    record({ file: { filename: data.filename, ...measured(bytesOf(data.data)) } });
  else if (type === "_REQUEST_USER_SESSION") send("_USER_SESSION", identity);
  else if (type === "_DISCONNECT") {
    goesOn = false;
    socket.close();
  }
}

function receiveBytes(content) {
  if (announced?.type === "_ACTION:TESTEE") record({ bytes: { metadata: announced.metadata, ...measured(content) } });
  announced = null;
}

function follow(patch) {
  try {
    shared = patched(shared ?? refuse("a patch before the state"), patch);
  } catch (error) {
    shared = null; // no patch is sent before the answer
    send("_GET:TESTEE", {});
    throw error;
  }
  try {
    value = patched(value, patch);
  } catch {
    value = shared; // an unsent edit conflicts with it
  }
}

const record = what => void (value = { ...value, anything: what });

// Actions that the kit calls

function act({ type: name, ...given }) {
  const call = event => send(event, { type: given.name, ...given.arguments });
  const assign = () => void (value = { ...value, [given.name]: given.value });
  if (name === "assign") { assign(); publish(); }
  else if (name === "assignQuietly") assign();
  else if (name === "edit") { value = patched(value, given.operations); publish(); }
  else if (name === "publish") publish();
  else if (name === "fetchState") send("_GET:TESTEE", {});
  else if (name === "sendState") sendState();
  else if (name === "call") call("_ACTION:TESTEE");
  else if (name === "startTask") call("_TASK_START:TESTEE");
  else if (name === "cancelTask") call("_TASK_CANCEL:TESTEE");
  else if (name === "sendBytes") {
    send("_BIN_META", { type: "_ACTION:TESTEE", metadata: { type: given.name, ...given.metadata } });
    socket.send(bytesOf(given.content));
  } else record({ action: { type: name, ...given } });
}

function publish() {
  if (shared === null) return;
  const escape = name => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const gone = Object.keys(shared).filter(name => !Object.hasOwn(value, name));
  const changed = Object.keys(value).filter(
    name => !Object.hasOwn(shared, name) || !isDeepStrictEqual(shared[name], value[name]),
  );
  const patch = [
    ...gone.map(name => ({ op: "remove", path: escape(name) })),
    ...changed.map(name => ({ op: "add", path: escape(name), value: value[name] })),
  ];
  shared = value;
  if (patch.length > 0) send("_PATCH:TESTEE", patch);
}

function sendState() {
  send("_SET:TESTEE", value);
  if (shared !== null) shared = value;
}

// JSON, and JSON Patch

const isObject = any => typeof any === "object" && any !== null && !Array.isArray(any);
const measured = content => ({ size: content.length, sha256: createHash("sha256").update(content).digest("hex") });
const bytesOf = text => /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Buffer.from(text, "base64") : refuse("invalid Base64");

/** Parse JSON; refuse numbers that are too large, and lone surrogates. */
function read(text) {
  const isGood = any => typeof any === "string" ? any.isWellFormed() : any !== Infinity && any !== -Infinity;
  const check = (name, any) => isGood(name) && isGood(any) ? any : refuse("invalid string or number");
  try {
    const event = JSON.parse(text, check);
    return isObject(event) ? event : refuse("not an event");
  } catch (error) {
    return refuse(error.message);
  }
}

/** Return a patched copy, or throw and change nothing. */
function patched(document, patch) {
  const whole = { "": structuredClone(document) }; // the document is a member too, so a pointer can address it
  const put = (path, any) => {
    const [parent, name] = place(whole, path, 1);
    if (Array.isArray(parent)) parent.splice(name, 0, structuredClone(any));
    else Object.defineProperty(parent, name, { // a member may be named `__proto__`
      value: structuredClone(any), writable: true, enumerable: true, configurable: true,
    });
  };
  const get = path => {
    const [parent, name] = place(whole, path);
    return parent[name];
  };
  const take = path => {
    const taken = get(path);
    const [parent, name] = place(whole, path);
    if (Array.isArray(parent)) parent.splice(name, 1);
    else delete parent[name];
    return taken;
  };
  if (!Array.isArray(patch)) refuse("not an array");
  for (const operation of patch) {
    const { op, path, from, value: any } = operation ?? {};
    if (["add", "replace", "test"].includes(op) && any === undefined) refuse("missing value");
    if (op === "replace" || op === "remove") take(path);
    if (op === "add" || op === "replace") put(path, any);
    else if (op === "copy") put(path, get(from));
    else if (op === "move") put(`${path}/`.startsWith(`${from}/`) && path !== from ? refuse("a move into itself") : path, take(from));
    else if (op === "test") isDeepStrictEqual(get(path), any) || refuse("test failed");
    else if (op !== "remove") refuse("unknown operation");
  }
  return isObject(whole[""]) ? whole[""] : refuse("the document must be an object");
}

/** Return the object or array that contains the target of a pointer, and the name or index in it. */
function place(whole, path, added = 0) {
  if (typeof path !== "string" || !/^(?:\/(?:[^~]|~[01])*)?$/s.test(path)) refuse("invalid pointer");
  const names = path.split("/").map(part => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const step = (parent, name, more) => {
    if (!Array.isArray(parent)) return isObject(parent) && (more || Object.hasOwn(parent, name)) ? name : refuse("no such member");
    if (more && name === "-") return parent.length;
    return /^(0|[1-9][0-9]*)$/.test(name) && Number(name) < parent.length + more ? Number(name) : refuse("no such element");
  };
  const last = names.pop();
  const parent = names.reduce((above, name) => above[step(above, name, 0)], whole);
  return [parent, step(parent, last, added)];
}

connect();
