/**
 * The identity of this client: a user and a session id, the same on each connection (session-identify-answer).
 *
 * In a browser, the user is kept for the site and the session for one tab, across reloads. Without storage, both last as
 * long as the program. They are random and secret, because anyone who knows both can open the session. So each host
 * other than the page's gets an identity of its own.
 */

/** @typedef {{user: string, session: string}} Identity */

const PREFIX = "ws-sync:";

/** @type {Map<string, string>} */
const inMemory = new Map();

/** @param {string} url of the server @returns {Identity} */
export function storedIdentity(url) {
  const { host } = new URL(url);
  const of = host === globalThis.location?.host ? "" : `@${host}`;
  return { user: stored("localStorage", `user${of}`), session: stored("sessionStorage", `session${of}`) };
}

/**
 * @param {"localStorage" | "sessionStorage"} place
 * @param {string} name
 */
function stored(place, name) {
  try {
    const storage = globalThis[place];
    const found = storage.getItem(PREFIX + name) || randomId();
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
