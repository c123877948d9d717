// The client under test in Node: `node client.mjs URL`. It ends after `_DISCONNECT`.
import { WebSocket } from "ws";
import { run } from "./testee.js";

run(process.argv[2], { WebSocket });
