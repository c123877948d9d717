// The identity of duplicated tabs, with fake storage, locks and channels. Each import of the module is a page.
import assert from "node:assert/strict";
import { test } from "node:test";

const URL_ = "ws://x/ws";
let pages = 0;
const open = async () => (await import(`../../../ws_sync/web/lib/identity.js?page=${++pages}`)).storedIdentity;

class Storage extends Map {
  getItem(name) {
    return this.get(name) ?? null;
  }

  setItem(name, value) {
    this.set(name, value);
  }
}

/** Web Locks of one origin; `release` is what closing the holding page does. */
class Locks {
  #held = new Set();
  #waiting = new Map();

  request(name, { signal }, callback) {
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => {
        this.#waiting.delete(name);
        reject(signal.reason);
      });
      if (this.#held.has(name)) return this.#waiting.set(name, callback);
      this.#held.add(name);
      return callback();
    });
  }

  release() {
    this.#held.clear();
    for (const [name, callback] of this.#waiting) {
      this.#held.add(name);
      callback();
    }
  }
}

/** BroadcastChannels that deliver at once. */
const channels = () => {
  const open_ = new Set();
  return class {
    constructor(name) {
      this.name = name;
      open_.add(this);
    }

    postMessage(data) {
      for (const other of [...open_]) if (other !== this && other.name === this.name) other.onmessage({ data });
    }

    close() {
      open_.delete(this);
    }
  };
};

/** Replaces globals for a test, and returns a function that sets the storage of the tab whose page runs. */
function browser(t, { locks, BroadcastChannel }) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const replaced = { localStorage: new Storage(), sessionStorage: new Storage(), navigator: { locks }, BroadcastChannel };
  const before = Object.keys(replaced).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  const set = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  for (const [name, value] of Object.entries(replaced)) set(name, value);
  t.after(() => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete globalThis[name];
    }
  });
  return (storage) => set("sessionStorage", storage);
}

/** Waits for a promise while the clock runs. */
async function settle(t, promise) {
  let result = null;
  promise.then((value) => (result = value));
  for (let step = 0; step < 10 && result === null; step++) {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    t.mock.timers.tick(100);
  }
  return promise;
}

for (const [name, make] of [
  ["Web Locks", () => ({ locks: new Locks() })],
  ["a BroadcastChannel", () => ({ BroadcastChannel: channels() })],
]) {
  test(`a duplicated tab gets a session of its own, with ${name}`, async (t) => {
    const enter = browser(t, make());
    const first = new Storage();
    enter(first);
    const identify = await open();
    const one = await settle(t, identify(URL_));
    assert.deepEqual(await identify(URL_), one);
    const copy = new Storage(first);
    enter(copy);
    const other = await settle(t, (await open())(URL_));
    assert.equal(other.user, one.user);
    assert.notEqual(other.session, one.session);
    assert.deepEqual([...copy.values()], [other.session]); // kept for the next reload
    assert.deepEqual([...first.values()], [one.session]);
  });
}

test("a reloaded page keeps its session, although the old page releases its lock late", async (t) => {
  const locks = new Locks();
  browser(t, { locks });
  const one = await settle(t, (await open())(URL_));
  const reloaded = (await open())(URL_);
  await Promise.resolve();
  locks.release();
  assert.deepEqual(await settle(t, reloaded), one);
});

test("without storage, a program has one identity", async (t) => {
  browser(t, {})(undefined);
  const identify = await open();
  assert.deepEqual(await settle(t, identify(URL_)), await identify(URL_));
});
