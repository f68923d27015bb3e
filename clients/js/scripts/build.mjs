// Builds `dist`, or the folder that is named: modules and types by tsc, what must be one file by esbuild. Plain JavaScript, for Node.js 20.
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
const [, , dist = "dist"] = process.argv;

const common = {
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  loader: { ".py": "text", ".css": "text" },
  logLevel: "warning",
};

/** `import text from "./file.ts?text"`: the file, bundled, as text. */
const asText = {
  name: "as-text",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?text$/ }, ({ path }) => ({ path: `src/assets/${path.replace("./", "").replace("?text", "")}`, namespace: "text" }));
    onLoad({ filter: /.*/, namespace: "text" }, async ({ path }) => ({ contents: await bundled(path, "iife"), loader: "text" }));
  },
};

/** The element uses the package's own modules as they are, so that `instanceof` holds across them. */
const ownModules = {
  name: "own-modules",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/(index|fallback\/index)\.ts$/ }, ({ path }) => ({ path: path.replace("..", ".").replace(".ts", ".js"), external: true }));
  },
};

async function bundled(entry, format) {
  const { outputFiles } = await build({ ...common, entryPoints: [entry], format, write: false, plugins: [asText] });
  return outputFiles[0]?.text ?? "";
}

/** What the frames of programs may do: run scripts of theirs, and nothing that reaches a server. Their workers inherit it. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:";

/** Writes the page of such a frame. */
async function writeFrame(name, title) {
  const script = (await bundled(`src/assets/${name}-frame.ts`, "iife")).replaceAll("</", "<\\/");
  const policy = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
  await writeFile(`${dist}/assets/${name}.html`, `<!doctype html><meta charset="utf-8">${policy}<title>${title}</title><script>${script}</script>\n`);
}

await rm(dist, { recursive: true, force: true });
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json", "--outDir", dist], { stdio: "inherit" });
await rm(`${dist}/assets`, { recursive: true, force: true });
await mkdir(`${dist}/assets`, { recursive: true });
await writeFrame("python", "Python programs");
await writeFrame("javascript", "JavaScript program");
for (const file of ["index", "theme", "view"]) await rm(`${dist}/element/${file}.js`);
await build({ ...common, entryPoints: ["src/element/index.ts"], outfile: `${dist}/element.js`, plugins: [ownModules] });
await chmod(`${dist}/install-assets.js`, 0o755);
