// Pyodide's files from the browser's cache, with progress where they have to be fetched.

const FILES = ["pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"];

interface Progress {
  loaded_bytes: number;
  total_bytes: number;
  done: boolean;
}

/** Makes sure that the files below `base` are cached, and answers requests for them from there. */
export async function withCache(base: string, report: (progress: Progress) => void): Promise<void> {
  // The name carries the version, so that a new Pyodide has a new cache.
  const { version } = (await (await fetch(`${base}version.json`, { cache: "no-cache" })).json()) as { version: string };
  const name = `runtray-pyodide-${version}`;
  const cache = await caches.open(name);
  const missing: string[] = [];
  for (const file of FILES) if (!(await cache.match(base + file))) missing.push(base + file);
  if (missing.length) await fill(cache, missing, report);
  for (const old of await caches.keys()) if (old.startsWith("runtray-pyodide-") && old !== name) await caches.delete(old);
  const original = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, location.href).href;
    return (await cache.match(url)) ?? original(input, init);
  };
}

async function fill(cache: Cache, urls: string[], report: (progress: Progress) => void): Promise<void> {
  const responses = await Promise.all(urls.map((url) => fetch(url)));
  const broken = responses.find((response) => !response.ok);
  if (broken) throw new Error(`${broken.url} answers ${broken.status}; was runtray-assets run?`);
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
