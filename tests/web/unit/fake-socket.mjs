// A WebSocket without a network.

/** The sockets that sessions have opened, the last one first. */
export const sockets = [];

export class FakeSocket {
  readyState = 0;
  bufferedAmount = 0;
  frames = [];

  constructor() {
    sockets.unshift(this);
  }

  open(...frames) {
    this.readyState = 1;
    this.onopen();
    for (const [type, data] of frames) this.receive(type, data);
  }

  receive(type, data) {
    this.onmessage({ data: JSON.stringify({ type, data }) });
  }

  /** The types of the sent events. */
  get sent() {
    return this.frames.map(({ type }) => type);
  }

  send(text) {
    this.frames.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }
}
