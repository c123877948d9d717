/** URLs of WebSockets. */

/**
 * Returns the absolute ws or wss URL of an address; a path is on the page's own host.
 * @param {string | URL} url
 * @returns {string}
 */
export function webSocketUrl(url) {
  const made = new URL(url, globalThis.location?.href);
  made.protocol = { "http:": "ws:", "https:": "wss:" }[made.protocol] ?? made.protocol;
  made.hash = "";
  if (made.protocol !== "ws:" && made.protocol !== "wss:") throw new TypeError(`not a WebSocket URL: ${url}`);
  return made.href;
}
