/**
 * Concurrent edits: finds writes of the client that may have crossed a value of the server on the same attribute, and
 * repeats that value when the attribute is at rest (state-crossing).
 *
 * A ping follows each value that is sent. Until its pong arrives, the client may not have seen the value. A pong only
 * shows that the client's WebSocket has received it, so a grace period is added for the client's application.
 */

const GRACE_MS = 250;
const REST_MS = 400;

export class ConcurrentEdits {
  #serial = 0;
  #seen = 0;
  #pinging = false;
  /** The serial number of the last value sent, by attribute. @type {Map<string, number>} */
  #sent = new Map();
  /** The timers of the attributes to repeat. @type {Map<string, NodeJS.Timeout>} */
  #suspects = new Map();

  /**
   * @param {import("ws").WebSocket} socket
   * @param {(key: string, attribute: string) => void} resend
   */
  constructor(socket, resend) {
    this.socket = socket;
    this.resend = resend;
    socket.on("pong", data => this.#pong(Number(data)));
  }

  /** Records that the server has sent values of these attributes. @param {string} key @param {Iterable<string>} attributes */
  sent(key, attributes) {
    this.#serial++;
    for (const attribute of attributes) {
      const place = JSON.stringify([key, attribute]);
      this.#sent.set(place, this.#serial);
      if (this.#suspects.has(place)) this.#suspect(place, key, attribute);
    }
    this.#ping();
  }

  /** Records that the client has written these attributes. @param {string} key @param {Iterable<string>} attributes */
  written(key, attributes) {
    for (const attribute of attributes) {
      const place = JSON.stringify([key, attribute]);
      const unseen = (this.#sent.get(place) ?? 0) > this.#seen;
      if (unseen || this.#suspects.has(place)) this.#suspect(place, key, attribute);
    }
  }

  /** Stops the timers at the end of the connection. */
  stop() {
    for (const timer of this.#suspects.values()) clearTimeout(timer);
    this.#suspects.clear();
  }

  /** @param {string} place @param {string} key @param {string} attribute */
  #suspect(place, key, attribute) {
    clearTimeout(this.#suspects.get(place));
    this.#suspects.set(place, setTimeout(() => {
      this.#suspects.delete(place);
      this.resend(key, attribute);
    }, REST_MS));
  }

  #ping() {
    if (this.#pinging || this.socket.readyState !== this.socket.OPEN) return;
    this.#pinging = true;
    this.socket.ping(String(this.#serial));
  }

  /** @param {number} serial */
  #pong(serial) {
    if (!this.#pinging) return; // unsolicited
    this.#pinging = false;
    setTimeout(() => { this.#seen = Math.max(this.#seen, serial || 0); }, GRACE_MS);
    if (serial < this.#serial) this.#ping();
  }
}
