// Pyodide's files from the browser's cache, with progress where they have to be fetched.
import type { Progress } from "./browser.ts";

/** What the frame of Python programs needs, by its name below the assets' `pyodide/`. */
const FILES = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"];

/** The content of each file below `base`. */
export async function pyodideFiles(base: string, report: (progress: Progress) => void): Promise<Record<string, ArrayBuffer>> {
  // The name carries the version, so that a new Pyodide has a new cache.
  const { version } = (await (await fetched(`${base}version.json`, { cache: "no-cache" })).json()) as { version: string };
  const name = `runtray-pyodide-${version}`;
  const cache = await caches.open(name);
  const missing: string[] = [];
  for (const file of FILES) if (!(await cache.match(base + file))) missing.push(base + file);
  if (missing.length) await fill(cache, missing, report);
  for (const old of await caches.keys()) if (old.startsWith("runtray-pyodide-") && old !== name) await caches.delete(old);
  const content = async (file: string) => [file, await (await cache.match(base + file))?.arrayBuffer()];
  return Object.fromEntries(await Promise.all(FILES.map(content))) as Record<string, ArrayBuffer>;
}

async function fetched(url: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch(() => undefined);
  if (!response?.ok) throw new Error(`${url} cannot be loaded (${response?.status ?? "no answer"}); was runtray-assets run?`);
  return response;
}

async function fill(cache: Cache, urls: string[], report: (progress: Progress) => void): Promise<void> {
  const responses = await Promise.all(urls.map((url) => fetched(url)));
  const lengths = responses.map((response) => Number(response.headers.get("content-length") ?? 0));
  const total_bytes = lengths.reduce((sum, length) => sum + length, 0);
  let loaded_bytes = 0;
  const counted = (response: Response) => {
    const count = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        loaded_bytes += chunk.length;
        report({ loaded_bytes, total_bytes: Math.max(total_bytes, loaded_bytes), done: false });
        controller.enqueue(chunk);
      },
    });
    const headers = { "content-type": response.headers.get("content-type") ?? "application/octet-stream" };
    return new Response(response.body?.pipeThrough(count) ?? null, { headers });
  };
  await Promise.all(responses.map((response, index) => cache.put(urls[index] as string, counted(response))));
  report({ loaded_bytes, total_bytes: loaded_bytes, done: true });
}
