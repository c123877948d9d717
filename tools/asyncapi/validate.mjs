// Validates spec/asyncapi.yaml with AsyncAPI's own parser: `npm run validate`, or `node validate.mjs [FILE]`.
// Exit status 1 on an error or a warning, 2 when there is nothing to read.
//
// The parser finds `schemas/set.json` relative to the document, and `call.json` relative to that schema: it goes by file, not by
// `$id`, and both lead to the same place. It judges the payloads as AsyncAPI's own schema dialect, a superset of draft-07. The
// schemas are 2020-12; so every example is judged here once more by Ajv in that dialect, with references resolved by `$id`.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DiagnosticSeverity, Parser } from "@asyncapi/parser";
import Ajv2020 from "ajv/dist/2020.js";

const here = dirname(fileURLToPath(import.meta.url));
const file = resolve(process.argv[2] ?? join(here, "../../spec/asyncapi.yaml"));
if (!existsSync(file)) {
  console.error(`no such file: ${file}`);
  process.exit(2);
}

const { document, diagnostics } = await new Parser().parse(readFileSync(file, "utf8"), { source: file });
const found = diagnostics
  .filter(({ severity }) => severity <= DiagnosticSeverity.Warning) // beyond are matters of taste, such as a newer 3.1
  .map(({ code, severity, message, path }) => `${DiagnosticSeverity[severity]} ${code} at ${path.join("/")}: ${message}`);

let examples = 0;
if (document) {
  const schemas = join(dirname(file), "schemas");
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  for (const name of readdirSync(schemas).filter((name) => name.endsWith(".json"))) {
    ajv.addSchema(JSON.parse(readFileSync(join(schemas, name), "utf8")));
  }
  for (const message of document.components().messages()) {
    const id = message.payload()?.json()?.$id;
    const valid = id && ajv.getSchema(id);
    for (const example of valid ? message.examples() : []) {
      examples += 1;
      if (!valid(example.payload())) {
        found.push(`Error example of ${message.id()}: ${ajv.errorsText(valid.errors)}`);
      }
    }
  }
}

for (const line of found) console.error(line);
if (found.length || !document) {
  console.error(`${file} is not valid`);
  process.exit(1);
}
console.log(
  `valid AsyncAPI ${document.version()}: ${document.operations().length} operations, ` +
    `${document.components().messages().length} messages, ${examples} examples judged by their 2020-12 schemas`,
);
