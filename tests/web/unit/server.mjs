// A server that a test controls: it sends what the test wants, and records the frames that it receives.
import { WebSocketServer } from "ws";

const PATIENCE = 3000;

export class Server {
  #waiting = [];
  #opened = [];

  /** @param {number} [port] */
  static async start(port = 0) {
    const server = new Server();
    server.sockets = new WebSocketServer({ host: "127.0.0.1", port });
    server.sockets.on("connection", (socket, request) => {
      const link = new Link(socket, request);
      const waiting = server.#waiting.shift();
      if (waiting) waiting(link);
      else server.#opened.push(link);
    });
    await new Promise((ready) => server.sockets.once("listening", ready));
    return server;
  }

  get port() {
    return this.sockets.address().port;
  }

  get url() {
    return `ws://127.0.0.1:${this.port}/ws`;
  }

  /** Waits for the next connection. @returns {Promise<Link>} */
  next() {
    const opened = this.#opened.shift();
    return opened
      ? Promise.resolve(opened)
      : within(new Promise((resolve) => this.#waiting.push(resolve)), "a connection");
  }

  async stop() {
    for (const socket of this.sockets.clients) socket.terminate();
    await new Promise((resolve) => this.sockets.close(resolve));
  }
}

class Link {
  #frames = [];
  #waiting = [];

  constructor(socket, request) {
    this.socket = socket;
    this.request = request;
    this.closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => {});
    socket.on("message", (data, isBinary) => {
      const frame = isBinary ? new Uint8Array(data) : JSON.parse(data.toString());
      const waiting = this.#waiting.shift();
      if (waiting) waiting(frame);
      else this.#frames.push(frame);
    });
  }

  send(type, data) {
    this.text(JSON.stringify({ type, data }));
  }

  text(text) {
    this.socket.send(text);
  }

  /** Waits for the next frame: an event, or bytes. */
  next() {
    return this.#frames.length > 0
      ? Promise.resolve(this.#frames.shift())
      : within(new Promise((resolve) => this.#waiting.push(resolve)), "a frame");
  }

  /** Requests the client's state, and returns it with all frames that arrive before it. */
  async rest(key = "A") {
    this.send(`_GET:${key}`, {});
    for (const frames = []; ;) {
      const frame = await this.next();
      if (frame.type === `_SET:${key}`) return { frames, state: frame.data };
      frames.push(frame);
    }
  }

  cut() {
    this.socket.terminate();
  }
}

/** @template T @param {Promise<T>} promise @param {string} what @returns {Promise<T>} */
export function within(promise, what) {
  let timer;
  const late = new Promise(
    (_, reject) => (timer = setTimeout(() => reject(new Error(`${what} did not come in time`)), PATIENCE)),
  );
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Waits until the session has a status. */
export function becomes(session, status) {
  return within(
    new Promise((resolve) => {
      if (session.status === status) return resolve();
      const end = session.on("status", () => {
        if (session.status !== status) return;
        end();
        resolve();
      });
    }),
    `the status ${status}`,
  );
}
