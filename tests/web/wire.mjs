// A wire to a server: a TCP relay that can be cut, and mended.
import { connect, createServer } from "node:net";

export class Wire {
  #links = new Set();
  #isCut = false;

  /** @param {number} port of the server */
  static async to(port) {
    const wire = new Wire();
    wire.server = createServer((near) => {
      if (wire.#isCut) return near.resetAndDestroy();
      const far = connect(port, "127.0.0.1");
      for (const [end, other] of [
        [near, far],
        [far, near],
      ]) {
        wire.#links.add(end);
        end.pipe(other);
        end.on("error", () => other.destroy());
        end.on("close", () => {
          wire.#links.delete(end);
          other.destroy();
        });
      }
    });
    await new Promise((ready) => wire.server.listen(0, "127.0.0.1", ready));
    wire.base = `http://127.0.0.1:${wire.server.address().port}/`;
    return wire;
  }

  /** Nothing passes from now on, and nobody is told in order. */
  cut() {
    this.#isCut = true;
    for (const end of this.#links) end.resetAndDestroy();
  }

  mend() {
    this.#isCut = false;
  }

  async stop() {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
