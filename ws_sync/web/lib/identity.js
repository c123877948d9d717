/**
 * The identity of this client: a user and a session id, the same on each connection (session-identify-answer).
 *
 * In a browser, the user is kept for the site and the session for one tab, across reloads. Without storage, both last as
 * long as the program. They are random and secret, because anyone who knows both can open the session. So each host
 * other than the page's gets an identity of its own.
 *
 * A duplicated tab copies sessionStorage, and would take over from the first tab. So a page claims its session id, by a
 * Web Lock or, on pages without TLS, by a BroadcastChannel. If another page holds the id, it takes a new one.
 */

/** @typedef {{user: string, session: string}} Identity */

const PREFIX = "ws-sync:";

/** Milliseconds to wait for another page to release the lock: on a reload, that is the old page of the same tab. */
const RELEASED_WITHIN = 500;

/** Milliseconds to wait for the answer of another page. */
const ANSWERED_WITHIN = 200;

/** @type {Map<string, string>} */
const inMemory = new Map();

/** The claimed session ids of this page, by name. @type {Map<string, Promise<string>>} */
const claims = new Map();

/** @param {string} url the URL of the server @returns {Promise<Identity>} */
export async function storedIdentity(url) {
  return { user: stored("localStorage", `user${suffixOf(url)}`), session: await claimedSession(url) };
}

/** Returns the session id of this tab for a server, after making sure that no other page has it. @param {string} url */
export function claimedSession(url) {
  const name = `session${suffixOf(url)}`;
  const claim = claims.get(name) ?? claimSession(name);
  claims.set(name, claim);
  return claim;
}

/** @param {string} url */
function suffixOf(url) {
  const { host } = new URL(url);
  return host === globalThis.location?.host ? "" : `@${host}`;
}

/** @param {string} name @returns {Promise<string>} */
async function claimSession(name) {
  const id = stored("sessionStorage", name);
  if (inMemory.has(name) || (await hold(`${PREFIX}${name}:${id}`))) return id;
  const fresh = stored("sessionStorage", name, randomId());
  await hold(`${PREFIX}${name}:${fresh}`);
  return fresh;
}

/** Takes a name for this page until it is closed. @param {string} name @returns {Promise<boolean>} false if it is taken */
function hold(name) {
  const locks = globalThis.navigator?.locks;
  if (locks) return holdLock(locks, name);
  return globalThis.BroadcastChannel ? holdChannel(name) : Promise.resolve(true);
}

/** @param {LockManager} locks @param {string} name @returns {Promise<boolean>} */
function holdLock(locks, name) {
  return new Promise((resolve) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), RELEASED_WITHIN);
    const granted = () => {
      clearTimeout(timer);
      resolve(true);
      return new Promise(() => {}); // the lock is held as long as the page lives
    };
    locks.request(name, { signal: controller.signal }, granted).catch((error) => resolve(error?.name !== "AbortError"));
  });
}

/** @param {string} name @returns {Promise<boolean>} */
function holdChannel(name) {
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(name);
    const timer = setTimeout(() => resolve(true), ANSWERED_WITHIN);
    channel.onmessage = ({ data }) => {
      if (data === "is it taken?") return channel.postMessage("taken");
      clearTimeout(timer);
      channel.close();
      return resolve(false);
    };
    channel.postMessage("is it taken?");
  });
}

/**
 * Returns a stored value; without storage, the value lasts as long as the program.
 * @param {"localStorage" | "sessionStorage"} place
 * @param {string} name
 * @param {string} [fresh] replaces the stored value
 */
function stored(place, name, fresh) {
  try {
    const storage = globalThis[place];
    const found = fresh || storage.getItem(PREFIX + name) || randomId();
    storage.setItem(PREFIX + name, found);
    return found;
  } catch {
    // there is no storage, or the page may not use it
    const found = inMemory.get(name) ?? randomId();
    inMemory.set(name, found);
    return found;
  }
}

/** Returns 128 random bits; `crypto.randomUUID` does not exist on pages without TLS. */
function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {any} identity @returns {Identity} */
export function checked(identity) {
  for (const name of /** @type {const} */ (["user", "session"])) {
    if (typeof identity?.[name] !== "string" || identity[name] === "")
      throw new TypeError(`the ${name} of an identity must be a non-empty string, not ${JSON.stringify(identity?.[name])}`);
  }
  return { user: identity.user, session: identity.session };
}
