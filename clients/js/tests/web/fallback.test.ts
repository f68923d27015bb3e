// Programs in the browser, with both ways of `input()`, in a page without the service.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";

import type { Result } from "../../dist/index.js";
import { Site, launch } from "./browser.ts";

/** What the page's script makes of the package, for `evaluate`. */
declare global {
  interface Window {
    run(request: object, options?: { typed?: string[]; stopAfter?: string; signal?: string }): Promise<Result & { ms: number }>;
    mechanism(): string;
    /** Aborts a run after `ms`; how it ended. */
    aborted(request: object, ms: number): Promise<string>;
    refused(request: object): Promise<string>;
    progress: { loaded_bytes: number; total_bytes: number; done: boolean }[];
  }
}

const SCRIPT = `
import { BrowserRunner } from "./dist/fallback/index.js";
const browser = new BrowserRunner({ assets: "/assets/" });
window.progress = [];
browser.addEventListener("progress", ({ detail }) => window.progress.push(detail));
window.mechanism = () => browser.inputMechanism;
window.aborted = (request, ms) => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(new RangeError("enough")), ms);
  const ends = [browser.execute(request, { signal: abort.signal }), browser.terminal(request, { signal: abort.signal }).then(({ finished }) => finished)];
  return Promise.all(ends.map((end) => end.then(({ status }) => status, ({ name }) => name))).then(String);
};
window.refused = (request) => browser.execute(request).then(({ status }) => status, ({ name, code, message }) => name + " " + code + " " + message);
window.run = async (request, { typed, stopAfter, signal } = {}) => {
  if (!typed && !stopAfter) return { ...(await browser.execute(request)), ms: 0 };
  const session = await browser.terminal({ ...request, terminal: { columns: 80, rows: 24 } });
  const keys = [...(typed ?? [])];
  let output = "";
  let start = 0;
  for await (const event of session) {
    if (event.type === "stdout") output += event.data;
    if (event.type === "stdout" && output.endsWith("? ") && keys.length) session.write(keys.shift());
    if (stopAfter && !start && output.includes(stopAfter)) {
      // The worker has still to come back from the call that printed this.
      await new Promise((resolve) => setTimeout(resolve, 50));
      start = performance.now();
      if (signal === "keys") session.write("\\x03");
      else session.signal(signal);
    }
  }
  return { ...(await session.finished), output, error: "", ms: performance.now() - start };
};
`;

let browser: Browser;
let folder: string;
let script: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runtray-fallback-"));
  execFileSync(process.execPath, ["dist/install-assets.js", join(folder, "assets")]);
  const made = await build({ stdin: { contents: SCRIPT, resolveDir: "." }, bundle: true, format: "esm", write: false });
  script = made.outputFiles[0]?.text ?? "";
  browser = await launch();
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

/** Bodies of async functions of Python that would reach `url`, or what the page has stored. Each raises when it cannot. */
function reaches(url: string): Record<string, string> {
  const script = `import('${url}').then(() => postMessage('reached'), (error) => postMessage('refused'))`;
  const nested = (type: string) => `
blob = js.Blob.new(to_js([${JSON.stringify(script)}]), type="text/javascript")
answer = asyncio.get_running_loop().create_future()
worker = js.Worker.new(js.URL.createObjectURL(blob), type="${type}")
worker.onmessage = lambda event: answer.done() or answer.set_result(event.data)
worker.onerror = lambda event: answer.done() or answer.set_result("refused")
assert await answer == "reached"`;
  return {
    fetch: `return await js.fetch("${url}")`,
    "fetch of a nested realm": `return await js.Object.constructor("return fetch('${url}')")()`,
    "import by eval": `return await js.eval("import('${url}')")`,
    "import by a constructor": `return await to_js([]).constructor.constructor("return import('${url}')")()`,
    "import by run_js": `from pyodide.code import run_js\nreturn await run_js("import('${url}')")`,
    "import by a timer": `js.setTimeout("import('${url}')", 0)\nawait asyncio.sleep(1)\nraise OSError`,
    "a module from a Blob": nested("module"),
    "a script from a Blob": nested("classic"),
    "a worker": `answer = asyncio.get_running_loop().create_future()\nworker = js.Worker.new("${url}", type="module")\nworker.onerror = lambda event: answer.set_exception(OSError())\nreturn await answer`,
    XMLHttpRequest: `request = js.XMLHttpRequest.new()\nrequest.open("GET", "${url}", False)\nrequest.send()\nreturn request.status`,
    pyfetch: `from pyodide.http import pyfetch\nreturn await (await pyfetch("${url}")).string()`,
    open_url: `from pyodide.http import open_url\nreturn open_url("${url}").read()`,
    loadPackage: `import pyodide_js\nawait pyodide_js.loadPackage("${url}.whl")\nimport secret`,
    WebSocket: `answer = asyncio.get_running_loop().create_future()\nsocket = js.WebSocket.new("${url.replace("http", "ws")}")\nsocket.onerror = lambda event: answer.set_exception(OSError())\nreturn await answer`,
    EventSource: `answer = asyncio.get_running_loop().create_future()\nsource = js.EventSource.new("${url}")\nsource.onerror = lambda event: answer.set_exception(OSError())\nreturn await answer`,
    WebTransport: `return await js.WebTransport.new("${url.replace("http", "https")}").ready`,
    importScripts: `return js.importScripts("${url}")`,
    "the private file system": `return await js.navigator.storage.getDirectory()`,
    indexedDB: `return js.indexedDB.open("x")`,
    caches: `return await js.caches.keys()`,
    cookieStore: `return await js.cookieStore.getAll()`,
  };
}

const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Resource-Policy": "cross-origin" };

for (const [mechanism, headers] of [["stack-switching", {}], ["shared-memory", ISOLATED]] as const) {
  describe(`with input by ${mechanism}`, () => {
    let site: Site;
    let page: Page;
    before(async () => {
      site = await Site.start({ "/": '<!doctype html><title>t</title><script type="module" src="/page.js"></script>', "/page.js": script }, folder, headers);
      page = await (await browser.newContext()).newPage();
      await page.goto(site.url);
      await page.waitForFunction(() => "run" in window);
    });
    after(() => site.end());
    // Behaviour that does not depend on the input method is tested once.
    const isSecond = mechanism === "shared-memory" && "tested with the other way of input";
    const run = (...given: Parameters<Window["run"]>) => page.evaluate(([request, options]) => window.run(request, options), given);

    test("Python is real, is loaded once with progress, and says where it runs", async () => {
      const result = await run({ code: "import sys, hashlib\nprint(hashlib.sha256(b'x').hexdigest()[:8], sys.argv[1:])", args: ["a"] });
      assert.deepEqual([result.status, result.output, result.exit_code], ["completed", "2d711642 ['a']\n", 0]);
      assert.match(result.runtime, /^CPython 3\.\d+\.\d+.* in this browser \(Pyodide /);
      assert.deepEqual([result.isolation, result.cpu_ms], ["browser", null]);
      assert.equal(await page.evaluate(() => window.mechanism()), mechanism);
      const progress = await page.evaluate(() => window.progress);
      assert.ok(progress.length > 2 && progress.at(-1)?.done && progress.at(-1)!.loaded_bytes > 5_000_000);
      await run({ code: "" });
      assert.equal((await page.evaluate(() => window.progress)).length, progress.length, "it was fetched again");
      // The page that comes after a reload has it from the browser's cache.
      await page.reload();
      await page.waitForFunction(() => "run" in window);
      assert.equal((await run({ code: "print('cached')" })).output, "cached\n");
      assert.deepEqual(await page.evaluate(() => window.progress), []);
    });

    test("errors, exit codes and input behave as with `python main.py`", { skip: isSecond }, async () => {
      const failed = await run({ code: "def f():\n    1/0\nf()" });
      assert.deepEqual([failed.status, failed.exit_code], ["failed", 1]);
      assert.match(failed.error, /^Traceback \(most recent call last\):\n  File "main.py", line 3, in <module>\n    f\(\)\n/);
      assert.match(failed.error, /ZeroDivisionError: division by zero\n$/);
      assert.doesNotMatch(failed.error, /exec|_runtray|pyodide/);
      assert.match((await run({ code: "def" })).error, /^  File "main.py", line 1\n.*SyntaxError/s);
      assert.equal((await run({ code: "import sys; sys.exit(3)" })).exit_code, 3);
      assert.equal((await run({ code: "print(input(), input())", stdin: "a\nb" })).output, "a b\n");
      assert.match((await run({ code: "input()" })).error, /EOFError/);
      const missing = await run({ code: "import matplotlib" });
      assert.match(missing.error, /ModuleNotFoundError.*Start Runtray to use installed packages\.\n$/s);
      assert.equal((await run({ code: "import asyncio\nasync def f():\n    await asyncio.sleep(0.01)\n    print('slept')\nasyncio.run(f())" })).output, "slept\n");
    });

    test("nothing of one program is left for the next", { skip: isSecond }, async () => {
      await run({ code: "import math, builtins\nmath.pi = 3\nbuiltins.left = 1\nopen('left.txt', 'w').write('x')" });
      const next = await run({ code: "import math, os\nprint(math.pi, os.listdir(), 'left' in dir(__builtins__))" });
      assert.equal(next.output, "3.141592653589793 [] False\n");
    });

    test("files go in and come out", { skip: isSecond }, async () => {
      const files = [{ path: "in/a.txt", content: "abc" }, { path: "b.bin", content: "AAEC", encoding: "base64" }];
      const result = await run({ code: "print(open('in/a.txt').read(), list(open('b.bin', 'rb').read()))\nopen('out.png', 'wb').write(b'x')", files });
      assert.equal(result.output, "abc [0, 1, 2]\n");
      assert.deepEqual(result.files, [{ path: "out.png", size_bytes: 1, media_type: "image/png", content: "eA==" }]);
    });

    test("a conversation works in a terminal", async () => {
      const result = await run({ code: "a = int(input('a? '))\nb = int(input('b? '))\nprint(a * b)" }, { typed: ["6\r", "9\u007f7\r"] });
      assert.match(result.output, /a\? 6\r\nb\? 9\x08 \x087\r\n42\r\n$/);
    });

    test("an endless loop is interrupted, and one that goes on is ended", async () => {
      const loop = "print('go', flush=True)\ntry:\n    while True: pass\nexcept KeyboardInterrupt:\n    print('caught')";
      const result = await run({ code: loop }, { stopAfter: "go", signal: "keys" });
      assert.ok(result.ms < 2500, `${result.ms} ms`);
      if (mechanism === "shared-memory") assert.match(result.output, /\^C\r\ncaught\r\n$/);
      else assert.equal(result.status, "cancelled");
      const stubborn = "print('go', flush=True)\nwhile True:\n    try:\n        while True: pass\n    except KeyboardInterrupt: pass";
      const ended = await run({ code: stubborn }, { stopAfter: "go", signal: "interrupt" });
      assert.equal(ended.status, "cancelled");
      const late = await run({ code: "print(1, flush=True)\nwhile True: pass", timeout_ms: 300 });
      assert.deepEqual([late.status, late.output, late.error], ["timeout", "1\n", "Execution timed out after 0.3 s."]);
    });

    test("a program that waits for input is interrupted", async () => {
      const result = await run({ code: "input('name? ')" }, { stopAfter: "name?", signal: "interrupt" });
      assert.ok(["cancelled", "failed"].includes(result.status) && result.ms < 2500, `${result.status} ${result.ms}`);
    });

    test("an AbortSignal and a bad request end a call as on the service", { skip: isSecond }, async () => {
      const loop = { code: "while True: pass", timeout_ms: 60_000 };
      for (const ms of [10, 3000]) assert.equal(await page.evaluate(([request, ms]) => window.aborted(request, ms), [loop, ms] as const), "RangeError,DisconnectedError");
      for (const timeout_ms of [0, -1, 1.5]) {
        assert.match(await page.evaluate((request) => window.refused(request), { code: "", timeout_ms }), /^RefusedError invalid_request `timeout_ms` must be/);
      }
      assert.match(await page.evaluate(() => window.refused({})), /^RefusedError invalid_request `code` must be/);
    });

    test("Python reaches neither network nor cookies nor storage, whatever it calls of JavaScript", { skip: isSecond }, async () => {
      const asked: string[] = [];
      const secret = createServer((request, response) => {
        asked.push(`${request.url} ${request.headers.cookie ?? ""}`);
        response.writeHead(200, { "Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript" }).end("export default 1");
      }).listen(0, "127.0.0.1");
      await once(secret, "listening");
      const url = `http://localhost:${(secret.address() as AddressInfo).port}/secret`;
      await page.evaluate(() => (document.cookie = "session=secret"));
      try {
        for (const [what, attempt] of Object.entries(reaches(url))) {
          const code = `import asyncio, js\nfrom pyodide.ffi import to_js\nasync def attempt():\n${attempt.replace(/^/gm, "    ")}\n`;
          const end = "try:\n    print('reached', asyncio.run(asyncio.wait_for(attempt(), 3)))\nexcept BaseException as error:\n    print('refused')";
          const result = await run({ code: code + end, timeout_ms: 8000 });
          assert.deepEqual([what, result.status, result.output.split("\n").at(-2)], [what, "completed", "refused"]);
        }
        assert.deepEqual(asked, []);
      } finally {
        secret.close();
      }
    });

    test("the frames run nothing where another page has them without a sandbox", { skip: isSecond }, async () => {
      /** What the frame answers within a second; in a sandbox both answer at once. */
      const answer = (name: string, sandbox: boolean) =>
        page.evaluate(async ([name, sandbox]) => {
          const frame = document.createElement("iframe");
          if (sandbox) frame.setAttribute("sandbox", "allow-scripts");
          frame.src = `/assets/${name}.html`;
          await new Promise((resolve) => ((frame.onload = resolve), document.body.append(frame)));
          const { port1, port2 } = new MessageChannel();
          const heard = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data.type)));
          frame.contentWindow?.postMessage({ code: "1" }, "*", [port2]);
          const late = new Promise((resolve) => setTimeout(() => resolve("nothing"), sandbox ? 20_000 : 1000));
          return Promise.race([heard, late]).finally(() => frame.remove());
        }, [name, sandbox] as const);
      for (const [name, first] of [["javascript", "started"], ["python", "failed"]] as const) {
        assert.deepEqual([await answer(name, true), await answer(name, false)], [first, "nothing"], name);
      }
    });

    test("JavaScript has timers and modules' await, but neither page nor network", { skip: isSecond }, async () => {
      const js = (code: string, timeout_ms = 5000) => run({ code, language: "javascript", timeout_ms });
      const result = await js("setTimeout(() => console.log('late'), 20);\nconsole.log(1n, { a: [1] }, await Promise.resolve('x'));\nconsole.error('e');");
      assert.deepEqual([result.status, result.output, result.error], ["completed", '1n {\n  "a": [\n    1\n  ]\n} x\nlate\n', "e\n"]);
      assert.match(result.runtime, /^JavaScript in this browser \(.*Chrome/);
      const failed = await js("function f() { throw new TypeError('no') }\nf()");
      assert.deepEqual([failed.exit_code, /TypeError: no/.test(failed.error)], [1, true]);
      assert.equal((await js("let")).exit_code, 1);
      assert.equal((await js("for (;;);", 200)).status, "timeout");
      assert.equal((await js("console.log(typeof document, typeof localStorage, self.origin)")).output, "undefined undefined null\n");
      const reach = [`fetch("${site.url}/page.js")`, `import("${site.url}/page.js")`, "new Promise((_, no) => { const s = new WebSocket('ws://localhost:1'); s.onerror = no; })"];
      reach.push(`eval("import('${site.url}/page.js')")`, `importScripts("${site.url}/page.js")`, "navigator.storage.getDirectory()", "caches.keys()", "indexedDB.open('x')");
      reach.push(`new Promise((yes, no) => {
        const code = "import('${site.url}/page.js').then(() => postMessage(1), () => postMessage(0))";
        const nested = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
        nested.onmessage = ({ data }) => (data ? yes() : no());
        nested.onerror = no;
      })`);
      for (const attempt of reach) {
        const tried = await js(`try { await ${attempt}; console.log("reached") } catch (error) { console.log("refused") }`);
        assert.equal(tried.output, "refused\n", attempt);
      }
    });
  });
}
