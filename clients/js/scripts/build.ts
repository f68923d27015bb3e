// Builds `dist`: modules and types by tsc, what must be one file by esbuild.
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import type { BuildOptions, Plugin } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

const common = {
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  loader: { ".py": "text", ".css": "text" },
  logLevel: "warning",
} satisfies BuildOptions;

/** `import text from "./file.ts?text"`: the file, bundled, as text. */
const asText: Plugin = {
  name: "as-text",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?text$/ }, ({ path }) => ({ path: `src/assets/${path.replace("./", "").replace("?text", "")}`, namespace: "text" }));
    onLoad({ filter: /.*/, namespace: "text" }, async ({ path }) => ({ contents: await bundled(path, "iife"), loader: "text" }));
  },
};

/** The element uses the package's own modules as they are, so that `instanceof` holds across them. */
const ownModules: Plugin = {
  name: "own-modules",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/(index|fallback\/index)\.ts$/ }, ({ path }) => ({ path: path.replace("..", ".").replace(".ts", ".js"), external: true }));
  },
};

async function bundled(entry: string, format: "iife" | "esm"): Promise<string> {
  const { outputFiles } = await build({ ...common, entryPoints: [entry], format, write: false, plugins: [asText] });
  return outputFiles[0]?.text ?? "";
}

/** What the frame of JavaScript programs may do: run scripts, and nothing that reaches a server. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline' blob:; worker-src blob:";

await rm("dist", { recursive: true, force: true });
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"], { stdio: "inherit" });
await rm("dist/assets", { recursive: true, force: true });
await mkdir("dist/assets", { recursive: true });
await writeFile("dist/assets/python-worker.js", await bundled("src/assets/python-worker.ts", "esm"));
await writeFile("dist/assets/service-worker.js", await bundled("src/assets/service-worker.ts", "iife"));
const script = (await bundled("src/assets/javascript-frame.ts", "iife")).replaceAll("</", "<\\/");
const frame = `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><title>JavaScript program</title><script>${script}</script>\n`;
await writeFile("dist/assets/javascript.html", frame);
for (const file of ["index", "theme", "view"]) await rm(`dist/element/${file}.js`);
await build({ ...common, entryPoints: ["src/element/index.ts"], outfile: "dist/element.js", plugins: [ownModules] });
await chmod("dist/install-assets.js", 0o755);
