// Writes `src/openapi.ts` from the service's OpenAPI document; `--check` only says whether it is up to date.
import { readFile, writeFile } from "node:fs/promises";

import openapi, { astToString } from "openapi-typescript";

/** The document as the service's own test holds it, below a header of that test. */
const SNAPSHOT = new URL(
  "../../../crates/service/src/http/router/snapshots/runtray_service__http__router__tests__the_served_document_changes_only_on_purpose.snap",
  import.meta.url,
);
const TARGET = new URL("../src/openapi.ts", import.meta.url);
const HEADER = "// Generated from the service's OpenAPI document by `npm run types`.\n";

const snapshot = await readFile(SNAPSHOT, "utf8");
const document = JSON.parse(snapshot.slice(snapshot.indexOf("{"))) as Parameters<typeof openapi>[0];
const wanted = HEADER + astToString(await openapi(document));

if (!process.argv.includes("--check")) {
  await writeFile(TARGET, wanted);
} else if ((await readFile(TARGET, "utf8")) !== wanted) {
  console.error("src/openapi.ts differs from the service's OpenAPI document: run `npm run types` in clients/js");
  process.exit(1);
}
