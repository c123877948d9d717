// Validates spec/asyncapi.yaml with AsyncAPI's own parser: `npm run validate`, or `node validate.mjs [FILE]`.
// Exit status 1 on an error or a warning, 2 if the file does not exist.
//
// The parser resolves references by file, relative to the document or schema that has them, and not by `$id`; both give the
// same result. It validates payloads in AsyncAPI's own schema dialect, a superset of draft-07. The schemas are 2020-12. So
// Ajv validates each example again in that dialect, with references resolved by `$id`.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DiagnosticSeverity, Parser } from "@asyncapi/parser";
import Ajv2020 from "ajv/dist/2020.js";

const here = dirname(fileURLToPath(import.meta.url));
const file = resolve(process.argv[2] ?? join(here, "../../spec/asyncapi.yaml"));
if (!existsSync(file)) {
  console.error(`file not found: ${file}`);
  process.exit(2);
}

const { document, diagnostics } = await new Parser().parse(readFileSync(file, "utf8"), { source: file });
const found = diagnostics
  .filter(({ severity }) => severity <= DiagnosticSeverity.Warning) // the others are hints, such as a newer version
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
    `${document.components().messages().length} messages, ${examples} examples validated by their 2020-12 schemas`,
);
