// The client of spec/testee.md, section "A client under test", with the browser client. Runs in Node and in browsers.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { Session } from "../../../ws_sync/web/ws-sync.js";

const INITIAL = {
  features: [],
  text: "",
  number: 0,
  flag: false,
  items: [],
  table: {},
  anything: null,
  itemCount: 0,
  runningTasks: [],
};

/** The contract requires reconnecting within 0.2 s. The kit cuts connections early, which must not count as failures. */
const OPTIONS = { firstDelay: 20, maxDelay: 200, steadyAfter: 0 };

/** Connects, and executes the actions that the kit calls. @param {string} url @param {any} [options] options of `Session` */
export function run(url, options = {}) {
  const session = new Session(url, { ...OPTIONS, ...options });
  const testee = session.document("TESTEE", INITIAL);
  const assign = ({ name, value }) => testee.set({ [name]: value });
  const record = (what) => testee.set({ anything: what });
  const digest = (bytes) => ({ size: bytes.length, sha256: bytesToHex(sha256(bytes)) });

  const actions = {
    assign(given) {
      assign(given);
      testee.sync();
    },
    edit({ operations }) {
      testee.patch(operations);
      testee.sync();
    },
    assignQuietly: assign,
    publish: () => testee.sync(),
    fetchState: () => testee.fetchState(),
    sendState: () => testee.sendState(),
    call: ({ name, arguments: given }) => testee.call(name, given),
    startTask: ({ name, arguments: given }) => testee.start(name, given),
    cancelTask: ({ name, arguments: given }) => testee.cancel(name, given),
    sendBytes: ({ name, metadata, content }) =>
      testee.callWithBytes(
        name,
        Uint8Array.from(atob(content), (character) => character.charCodeAt(0)),
        metadata,
      ),
  };
  const isBytes = (value) => value instanceof Uint8Array;
  for (const [name, act] of Object.entries(actions)) {
    testee.onAction(name, (given) => (isBytes(given.data) ? recordCall(given, name) : act(given)));
  }
  testee.onOtherAction(recordCall);
  function recordCall({ data, ...rest }, name) {
    if (isBytes(data)) record({ bytes: { metadata: { type: name, ...rest }, ...digest(data) } });
    else record({ action: { type: name, ...rest, ...(data === undefined ? {} : { data }) } });
  }
  session.on("toast", (toast) => record({ toast }));
  session.on("download", ({ filename, bytes }) => record({ file: { filename, ...digest(bytes) } }));
  session.connect();
  return session;
}
