// A TCP relay to a server that can be cut and restored, and delays what passes.
import { connect, createServer } from "node:net";
import { Transform } from "node:stream";

export class Relay {
  #sockets = new Set();
  #isCut = false;

  /** @param {number} port the port of the server @param {number} [delay] milliseconds in each direction */
  static async to(port, delay = 0) {
    const relay = new Relay();
    relay.server = createServer((local) => {
      if (relay.#isCut) return local.resetAndDestroy();
      const remote = connect(port, "127.0.0.1");
      for (const [end, other] of [
        [local, remote],
        [remote, local],
      ]) {
        relay.#sockets.add(end);
        (delay ? end.pipe(late(delay)) : end).pipe(other);
        end.on("error", () => other.destroy());
        end.on("close", () => {
          relay.#sockets.delete(end);
          other.destroy();
        });
      }
    });
    await new Promise((ready) => relay.server.listen(0, "127.0.0.1", ready));
    relay.base = `http://127.0.0.1:${relay.server.address().port}/`;
    return relay;
  }

  /** Resets all connections, and each new one. */
  cut() {
    this.#isCut = true;
    for (const end of this.#sockets) end.resetAndDestroy();
  }

  restore() {
    this.#isCut = false;
  }

  async stop() {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Returns a stream that delays all chunks, without changing their distances. @param {number} delay milliseconds */
function late(delay) {
  return new Transform({
    transform(chunk, _, done) {
      setTimeout(() => this.push(chunk), delay);
      done();
    },
    flush(done) {
      setTimeout(done, delay);
    },
  });
}
