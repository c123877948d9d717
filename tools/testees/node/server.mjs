/**
 * Server: accepts WebSockets and attaches each to its session.
 */

import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { decode, isObject } from "./codec.mjs";

/** @typedef {import("./session.mjs").Session} Session */

/** Larger frames close the connection with 1009 (connection-large-frames, connection-oversized). */
const MAX_FRAME = 8 * 1024 * 1024;
const IDENTIFICATION_MS = 60_000;
const CLOSING_MS = 5_000;

/**
 * Starts a server.
 * @param {object} options
 * @param {number} options.port
 * @param {string} [options.host]
 * @param {(path: string) => {session: string} | {identify: true} | undefined} options.route returns what is served at a path:
 *   the session of that name, the session of the client's identification, or nothing
 * @param {() => Session} options.createSession
 * @param {(origin: string, host: string) => boolean} [options.allowOrigin] which web pages may connect
 * @returns {Promise<import("node:http").Server>}
 */
export function serve({ port, host = "127.0.0.1", route, createSession, allowOrigin = sameOrigin }) {
  /** Sessions are kept as long as the server runs; a public server would limit their number. @type {Map<string, Session>} */
  const sessions = new Map();

  /** @param {string} id */
  const session = id => {
    if (!sessions.has(id)) sessions.set(id, createSession());
    return sessions.get(id);
  };

  const webSockets = new WebSocketServer(/** @type {import("ws").ServerOptions} */ ({
    noServer: true,
    maxPayload: MAX_FRAME,
    closeTimeout: CLOSING_MS,
    handleProtocols: () => false, // connection-accept: no subprotocol is selected
  }));

  const http = createServer((request, response) => response.writeHead(426).end());
  http.on("upgrade", (request, tcp, head) => {
    tcp.on("error", () => {});
    const { origin, host: address = "" } = request.headers;
    const target = route((request.url ?? "").split("?")[0]);
    // security-origin: a client without an Origin is not a web page
    const refusal = !target ? "404 Not Found" : origin !== undefined && !allowOrigin(origin, address) ? "403 Forbidden" : "";
    if (refusal) return tcp.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    webSockets.handleUpgrade(request, tcp, head, socket => {
      socket.on("error", () => {}); // after an invalid frame, `ws` closes with 1002, 1007 or 1009
      if ("session" in target) socket.on("message", session(JSON.stringify([target.session])).attach(socket));
      else identify(socket, pair => session(JSON.stringify(pair))); // session-identify-pair
    });
  });
  return new Promise(resolve => http.listen(port, host, () => resolve(http)));
}

/**
 * Requests the identification, and attaches the connection to the session of the answer.
 * @param {import("ws").WebSocket} socket
 * @param {(pair: [user: string, session: string]) => Session} find
 */
function identify(socket, find) {
  socket.send(JSON.stringify({ type: "_REQUEST_USER_SESSION" })); // session-identify-request, session-identify-first
  const refuse = () => {
    clearTimeout(deadline);
    receive = () => {};
    socket.close(4401, "identification failed"); // connection-close-code, security-errors
  };
  const deadline = setTimeout(refuse, IDENTIFICATION_MS); // session-identify-deadline
  /** @type {(data: Buffer, isBinary: boolean) => void} */
  let receive = (data, isBinary) => {
    const pair = isBinary ? undefined : readIdentification(data.toString());
    if (!pair) return refuse(); // session-identify-refuse, session-identify-survives
    clearTimeout(deadline);
    // The two strings are not verified. A server with access control verifies them here (security-identity).
    receive = find(pair).attach(socket);
  };
  socket.on("message", (data, isBinary) => receive(/** @type {Buffer} */ (data), isBinary));
  socket.on("close", () => clearTimeout(deadline));
}

/** @param {string} text @returns {[user: string, session: string] | undefined} */
function readIdentification(text) {
  try {
    const { type, data } = decode(text);
    if (type !== "_USER_SESSION" || !isObject(data)) return undefined;
    const { user, session } = data;
    return typeof user === "string" && user && typeof session === "string" && session ? [user, session] : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} origin @param {string} host */
const sameOrigin = (origin, host) => origin === `http://${host}` || origin === `https://${host}`;
