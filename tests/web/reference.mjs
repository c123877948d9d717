// The reference server, started from the command line.
import { spawn } from "node:child_process";
import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const PYTHON = process.env.PYTHON ?? resolve(root, ".venv/bin/python");
const PATIENCE = 30_000;

/** The running servers; a failed test does not stop its own. @type {Set<Reference>} */
const running = new Set();

export class Reference {
  static async stopAll() {
    await Promise.all([...running].map((server) => server.stop()));
  }

  /** Starts `ws-sync serve`, on a free port by default. @param {string[]} given */
  static async start(...given) {
    const port = given.includes("--port") ? [] : ["--port", "0"];
    return Reference.run(["-m", "ws_sync.cli", "serve", ...given, ...port]);
  }

  /** Starts a Python program that prints its address. @param {string[]} given @param {object} [options] */
  static async run(given, options = {}) {
    const server = new Reference();
    server.process = spawn(PYTHON, given, { cwd: root, stdio: ["ignore", "pipe", "inherit"], ...options });
    running.add(server);
    server.ended = new Promise((resolve) => server.process.once("exit", resolve));
    const said = new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error("the server did not print its address in time")), PATIENCE).unref();
      server.ended.then(() => reject(new Error("the server has ended")));
      createInterface({ input: server.process.stdout }).on(
        "line",
        (line) => /127\.0\.0\.1:\d+/.test(line) && resolve(line),
      );
    });
    server.port = Number(/127\.0\.0\.1:(\d+)/.exec(await said)[1]);
    server.base = `http://127.0.0.1:${server.port}/`;
    return server;
  }

  async stop() {
    running.delete(this);
    this.process.kill("SIGTERM");
    await this.ended;
  }
}
