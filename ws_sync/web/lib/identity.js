/**
 * Who this client is: two strings that stay the same for as long as it wants the same session (session-identify-answer).
 *
 * In a browser the user is kept for the whole site and the session for one tab, across reloads; elsewhere, and where a
 * page may not store anything, both live as long as the program. They are random: anyone who knows them has the session. So
 * servers of other hosts than the page's are told others, each its own.
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
    // there is none, or the page may not use it
    const found = inMemory.get(name) ?? randomId();
    inMemory.set(name, found);
    return found;
  }
}

/** 128 random bits; `crypto.randomUUID` is not there on pages that came without encryption. */
function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {any} identity @returns {Identity} */
export function checked(identity) {
  for (const name of /** @type {const} */ (["user", "session"])) {
    if (typeof identity?.[name] !== "string" || identity[name] === "")
      throw new TypeError(`the ${name} of an identity is a string that is not empty`);
  }
  return { user: identity.user, session: identity.session };
}
