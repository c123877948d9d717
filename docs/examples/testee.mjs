/**
 * The shortest testee in Node, with the library in tools/testees/node: documents and actions, no features.
 *
 *     node testee.mjs 8000
 *     ws-sync test 'ws://127.0.0.1:8000/ws/{session}'
 */

import { Refused, copy } from "../../tools/testees/node/codec.mjs";
import { Document } from "../../tools/testees/node/document.mjs";
import { any, duration, integer, object, string } from "../../tools/testees/node/parameters.mjs";
import { serve } from "../../tools/testees/node/server.mjs";
import { Session } from "../../tools/testees/node/session.mjs";

const INITIAL = { text: "", number: 0, flag: false, items: [], table: {}, anything: null };

/** Return an action that changes a document and then syncs it. */
const action = (document, parameters, run) => ({ parameters, run: args => { run(args); document().sync(); } });

function assign(document, values, allowed) {
  if (!Object.keys(values).every(name => Object.hasOwn(allowed, name))) throw new Refused("this attribute can't be assigned");
  Object.assign(document.state, values);
}

function createSession() {
  const second = new Document({
    key: "SECOND",
    initial: { value: 0 },
    actions: {
      assign: action(() => second, { name: string, value: any }, ({ name, value }) => assign(second, { [name]: value }, { value })),
    },
  });
  const one = ({ name, value }) => assign(testee, { [name]: value }, INITIAL);
  const changing = (parameters, run) => action(() => testee, parameters, run);
  const testee = new Document({
    key: "TESTEE",
    initial: { features: [], ...copy(INITIAL), itemCount: 0, runningTasks: [] },
    readOnly: ["features", "runningTasks"],
    derived: { itemCount: ({ items }) => Array.isArray(items) ? items.length : 0 },
    actions: {
      reset: changing({}, () => {
        assign(testee, copy(INITIAL), INITIAL);
        assign(second, { value: 0 }, { value: 0 });
        second.sync();
      }),
      assign: changing({ name: string, value: any }, one),
      assignMany: changing({ values: object }, ({ values }) => assign(testee, values, INITIAL)),
      assignQuietly: { parameters: { name: string, value: any }, run: one },
      publish: changing({}, () => {}),
      burst: {
        parameters: { count: integer },
        run({ count }) {
          for (let done = 0; done < count; done++) {
            testee.state.number += 1;
            testee.sync();
          }
        },
      },
      assignLater: {
        parameters: { name: string, value: any, afterMs: duration },
        run: args => void setTimeout(() => { one(args); testee.sync(); }, args.afterMs),
      },
    },
  });
  return new Session([testee, second]);
}

await serve({
  port: Number(process.argv[2] ?? 8000),
  createSession,
  route: path => path.startsWith("/ws/") ? { session: path.slice("/ws/".length) } : undefined,
});
console.log("serving");
