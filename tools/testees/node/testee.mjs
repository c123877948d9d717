/**
 * The testee: the application of testee.md, with which the conformance kit tests this server.
 *
 *     node testee.mjs --port 8000
 *
 * serves `/ws/{session}` and `/auth` on 127.0.0.1.
 */

import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Refused, copy } from "./codec.mjs";
import { Document } from "./document.mjs";
import { any, base64, bytes, duration, integer, object, optional, string } from "./parameters.mjs";
import { serve } from "./server.mjs";
import { Session } from "./session.mjs";

const FEATURES = [
  "tasks", "binary", "toast", "download", "user-session", "client-actions", "typed-arguments", "lazy", "scoped-keys", "errors",
];

/** The attributes of TESTEE that may be assigned, with their initial values. @type {{[name: string]: any}} */
const ASSIGNABLE = { text: "", number: 0, flag: false, items: [], table: {}, anything: null };

/** Creates a session with new documents. */
function createSession() {
  const testee = createTestee(() => session);
  const second = createSmall("SECOND", { actions: true });
  const session = new Session([testee, second, createSmall("scope/NESTED"), createSmall("LAZY", { announced: false })]);
  return session;
}

/**
 * Creates a document with the only attribute `value`.
 * @param {string} key
 * @param {{announced?: boolean, actions?: boolean}} [options]
 */
function createSmall(key, { announced = true, actions = false } = {}) {
  const document = new Document({
    key,
    announced,
    initial: { value: 0 },
    actions: actions ? {
      assign: {
        parameters: { name: string, value: any },
        run({ name, value }) {
          if (name !== "value") throw new Refused(`the attribute ${JSON.stringify(name)} can't be assigned`);
          document.state.value = value;
          document.sync();
        },
      },
    } : {},
  });
  return document;
}

/** @param {() => Session} session returns the session of the document */
function createTestee(session) {
  /** @param {{[name: string]: any}} values */
  const assign = values => {
    const names = Object.keys(values);
    if (!names.every(name => Object.hasOwn(ASSIGNABLE, name))) throw new Refused(`not all of the attributes ${names.join(", ")} can be assigned`);
    for (const name of names) testee.state[name] = values[name];
  };
  const countOne = () => {
    if (typeof testee.state.number !== "number") throw new TypeError("the attribute `number` is not a number");
    testee.state.number += 1;
    testee.sync();
  };
  /** Creates an action that ends with a sync. @param {import("./parameters.mjs").Parameters} parameters @param {(args: any) => unknown} run */
  const action = (parameters, run) => ({
    parameters,
    async run(/** @type {any} */ args) {
      await run(args);
      testee.sync();
    },
  });

  const testee = new Document({
    key: "TESTEE",
    initial: { features: FEATURES, ...ASSIGNABLE, itemCount: 0, runningTasks: [] },
    readOnly: ["features"],
    derived: { itemCount: ({ items }) => Array.isArray(items) ? items.length : 0 },
    runningTasks: "runningTasks",
    actions: {
      reset: action({}, async () => {
        await testee.cancelAll(); // first, because `wait` writes when it is cancelled
        assign(copy(ASSIGNABLE));
        for (const document of session().documents.values()) {
          if (document !== testee) document.state.value = 0;
          document.sync();
        }
      }),
      assign: action({ name: string, value: any }, ({ name, value }) => assign({ [name]: value })),
      assignMany: action({ values: object }, ({ values }) => assign(values)),
      assignQuietly: { parameters: { name: string, value: any }, run: ({ name, value }) => assign({ [name]: value }) },
      publish: action({}, () => {}),
      burst: action({ count: integer }, ({ count }) => {
        for (let done = 0; done < count; done++) countOne();
      }),
      assignLater: action({ name: string, value: any, afterMs: duration }, ({ name, value, afterMs }) => {
        if (!Object.hasOwn(ASSIGNABLE, name)) throw new Refused(`the attribute ${JSON.stringify(name)} can't be assigned`);
        setTimeout(() => {
          assign({ [name]: value });
          testee.sync();
        }, afterMs);
      }),
      callBack: action({ name: string, arguments: object }, args => session().call("TESTEE", args.name, args.arguments)),
      notify: action({ message: string, level: string }, ({ message, level }) => session().toast(level, message)),
      sendFile: action({ filename: string, content: base64 }, ({ filename, content }) => session().download(filename, content)),
      sendBytes: action({ metadata: object, content: base64 }, ({ metadata, content }) =>
        session().callWithBytes("TESTEE", metadata, content)),
      receiveBytes: action({ data: bytes, label: any }, ({ data, label }) => assign({
        anything: { label, size: data.length, sha256: createHash("sha256").update(data).digest("hex") },
      })),
      typed: action({ count: integer, label: optional(string, "none") }, ({ count, label }) =>
        assign({ anything: { count, label } })),
      fail: {
        parameters: { message: string },
        run({ message }) {
          throw new Error(message);
        },
      },
    },
    tasks: {
      count: {
        parameters: { steps: integer, intervalMs: duration },
        async run({ steps, intervalMs }, signal) {
          for (let step = 0; step < steps; step++) {
            countOne();
            await sleep(intervalMs, undefined, { signal });
          }
        },
      },
      wait: {
        async run(args, signal) {
          if (!signal.aborted) await new Promise(resolve => signal.addEventListener("abort", resolve, { once: true }));
          testee.state.text = "cancelled"; // synced when the task ends
        },
      },
      crash: {
        async run() {
          await sleep(1);
          throw new Error("crash was called");
        },
      },
    },
  });
  return testee;
}

const { values: { port } } = parseArgs({ options: { port: { type: "string", default: "8000" } } });

await serve({
  port: Number(port),
  createSession,
  route(path) {
    if (path === "/auth") return { identify: true };
    const [, name] = path.match(/^\/ws\/([^/]+)$/) ?? [];
    return name === undefined ? undefined : { session: name };
  },
});
console.log(`ws://127.0.0.1:${port}/ws/{session} and ws://127.0.0.1:${port}/auth`);
