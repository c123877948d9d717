/**
 * Finds dead connections: those on which nothing arrives, although the WebSocket is open.
 *
 * Browsers can't send pings, and report a connection that died in sleep or in a change of networks only after many
 * minutes. So after some silence, the client requests a state, which a server must answer (state-get). Any frame is a
 * sign of life. Without one, the connection is in doubt after a moment, and lost after `answerWithin`.
 */

/** Milliseconds between two looks at the clock. */
const TICK = 1000;

/** Milliseconds of silence after an edit, after which the connection is checked. Servers do not answer edits. */
const AFTER_EDIT = 5000;

/** Milliseconds of silence after a check, after which the connection is in doubt. */
const IN_DOUBT_AFTER = 2000;

export class Liveness {
  #times;
  #actions;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;
  #heardAt = 0;
  /** The time of the first edit since the last frame. @type {number | null} */ #editedAt = null;
  /** The time of the check that has no answer yet. @type {number | null} */ #checkedAt = null;
  #isInDoubt = false;

  /**
   * @param {{silentFor: number, answerWithin: number}} times milliseconds
   * @param {{probe: () => boolean, doubt: (isInDoubt: boolean) => void, lose: () => void}} actions `probe` requests a
   *     state, and returns false if it can't
   */
  constructor(times, actions) {
    this.#times = times;
    this.#actions = actions;
  }

  /** Starts to watch a new connection. */
  start() {
    this.stop();
    this.#timer = setInterval(() => this.#tick(Date.now()), TICK);
  }

  /** Stops watching: the connection has ended. */
  stop() {
    clearInterval(this.#timer);
    this.hear();
  }

  /** Records that a frame has arrived. */
  hear() {
    this.#heardAt = Date.now();
    this.#editedAt = this.#checkedAt = null;
    this.#doubt(false);
  }

  /** Records that an edit was sent. */
  edit() {
    this.#editedAt ??= Date.now();
  }

  /** Checks the connection now, unless a check is running. */
  check() {
    if (this.#checkedAt === null && this.#actions.probe()) this.#checkedAt = Date.now();
  }

  /** @param {number} now */
  #tick(now) {
    const isHidden = globalThis.document?.visibilityState === "hidden"; // it checks when it is shown again
    if (this.#checkedAt === null) {
      const isSilent = !isHidden && now - this.#heardAt >= this.#times.silentFor;
      if (isSilent || (this.#editedAt !== null && now - this.#editedAt >= AFTER_EDIT)) this.check();
    } else if (now - this.#checkedAt >= this.#times.answerWithin) this.#actions.lose();
    else if (now - this.#checkedAt >= IN_DOUBT_AFTER) this.#doubt(true);
  }

  /** @param {boolean} isInDoubt */
  #doubt(isInDoubt) {
    if (this.#isInDoubt === isInDoubt) return;
    this.#isInDoubt = isInDoubt;
    this.#actions.doubt(isInDoubt);
  }
}
