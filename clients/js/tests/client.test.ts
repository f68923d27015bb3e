// The client against the real service.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";

import { DisconnectedError, NotApprovedError, NotRunningError, RefusedError, Runtray, TimedOutError, TooManyError } from "../dist/index.js";
import type { RunEvent } from "../dist/index.js";
import { Service, eventually, freePort } from "./service.ts";

let service: Service;
let client: Runtray;
before(async () => {
  service = await Service.start();
  client = new Runtray({ url: service.url });
});
after(() => service.end());

describe("a program", () => {
  test("gives what the plain answer of the service has", async () => {
    const request = { code: "import sys\nprint(input(), sys.argv[1])\nprint('é', file=sys.stderr)\nopen('a.txt', 'w').write('x')", stdin: "in\n", args: ["one"] };
    const result = await client.execute(request);
    const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(request) };
    const plain = (await (await fetch(`${service.url}/execute`, init)).json()) as Record<string, unknown>;
    assert.deepEqual(Object.keys(result).sort(), Object.keys(plain).sort());
    for (const same of ["success", "output", "error", "status", "exit_code", "files", "runtime"] as const) assert.deepEqual(result[same], plain[same], same);
    assert.equal(result.output, "in one\n");
  });

  test("that fails or is ended is a result", async () => {
    const failed = await client.execute({ code: "1/0" });
    assert.deepEqual([failed.status, failed.exit_code, failed.success], ["failed", 1, false]);
    assert.match(failed.error, /ZeroDivisionError/);
    const late = await client.execute({ code: "print(1, flush=True)\nwhile True: pass", timeout_ms: 2500 });
    assert.deepEqual([late.status, late.output], ["timeout", "1\n"]);
    assert.match(late.error, /timed out after 2\.5 s/);
  });

  test("arrives in pieces while it runs", async () => {
    // It ends only when its second line was asked for, through a file that the next program cannot make: so by cancelling it.
    const pieces: string[] = [];
    for await (const event of client.stream({ code: "print('first', flush=True)\nimport time\ntime.sleep(60)", timeout_ms: 60_000 })) {
      if (event.type === "stdout") pieces.push(event.data);
      if (pieces.length) break;
    }
    assert.deepEqual(pieces, ["first\n"]);
    await eventually("leaving the loop cancels the run", async () => (await service.newest()) === "cancelled");
  });

  test("is cancelled on the service by an AbortSignal", async () => {
    const abort = new AbortController();
    const run = client.execute({ code: "import time; time.sleep(60)", timeout_ms: 60_000 }, { signal: abort.signal });
    await eventually("it runs", async () => (await service.newest()) === "running");
    abort.abort(new Error("enough"));
    await assert.rejects(run, { message: "enough" });
    await eventually("it is cancelled", async () => (await service.newest()) === "cancelled");
    await assert.rejects(client.execute({ code: "" }, { signal: abort.signal }), { message: "enough" });
  });

  test("that prints much gives the part that the plain answer gives", async () => {
    for (const [code, isCut] of [
      ["import sys\nsys.stdout.write('é' * (4 << 20))", false],
      ["import sys\nsys.stdout.write('x' + 'é' * (4 << 20))\nsys.stderr.write('e')", true],
      ["import sys\nfor _ in range(12): sys.stderr.write('y' * (1 << 20) + '\\n')", true],
      ["import sys\nfor _ in range(12): sys.stderr.write('y' * (1 << 20))\nsys.stderr.flush()\nwhile True: pass", true],
    ] as const) {
      const request = { code, timeout_ms: 3000 };
      const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(request) };
      const plain = (await (await fetch(`${service.url}/execute`, init)).json()) as Record<string, unknown>;
      const result = await client.execute(request);
      for (const same of ["status", "output_truncated", "error_truncated"] as const) assert.deepEqual(result[same], plain[same], same);
      assert.ok(result.output === plain["output"] && result.error === plain["error"], `${result.output.length} ${result.error.length}`);
      assert.equal(result.output_truncated || result.error_truncated, isCut);
    }
  });

  test("that is no program rejects with the reason, and runs nothing", async () => {
    const before = await service.count();
    for (const [request, code] of [
      [{}, "invalid_request"],
      [{ code: 5 }, "invalid_request"],
      [{ code: "\ud800" }, "invalid_json"],
      [{ code: "", args: ["\0"] }, "invalid_request"],
      [{ code: "", files: [{ path: "../x", content: "" }] }, "invalid_request"],
      [{ code: "", timeout_ms: -1 }, "invalid_request"],
    ] as const) {
      await assert.rejects(client.execute(request as never), { name: "RefusedError", code });
      // On a WebSocket what is no JSON is an invalid request, too.
      await assert.rejects(client.terminal(request as never), { name: "RefusedError", code: "invalid_request" });
    }
    await assert.rejects(client.execute({ code: "x".repeat(17 << 20) }), { name: "RefusedError", code: "body_too_large" });
    assert.equal(await service.count(), before);
    const whole = await client.execute({ code: "print('\u{1f389} \\0 é', end='')" });
    assert.equal(whole.output, "\u{1f389} \0 é");
  });

  test("that the service refuses rejects with its sentence", async () => {
    await assert.rejects(client.execute({ code: "", language: "klingon" }), (error: RefusedError) => {
      assert.ok(error instanceof RefusedError);
      assert.deepEqual([error.status, error.code], [422, "unsupported_language"]);
      assert.match(error.message, /klingon/);
      return true;
    });
  });
});

describe("a terminal", () => {
  const calculator = "while True:\n    text = input('> ')\n    if text == 'q': break\n    print('=', eval(text))";

  async function* texts(events: AsyncIterable<RunEvent>) {
    for await (const event of events) if (event.type === "stdout") yield event.data;
  }

  test("holds a conversation", async () => {
    const session = await client.terminal({ code: calculator, terminal: { columns: 80, rows: 24 } });
    let output = "";
    let asked = 0;
    for await (const text of texts(session)) {
      output += text;
      if (output.split("> ").length - 1 > asked) session.write(["6*7\r", "2**10\r", "q\r"][asked++] ?? "");
    }
    assert.match(output, /= 42\r\n/);
    assert.match(output, /= 1024\r\n/);
    assert.equal((await session.finished).status, "completed");
  });

  test("takes signals, sizes and the end of input", async () => {
    const size = "import os, time\nwhile os.get_terminal_size().columns != 99: time.sleep(0.01)\nprint('99')\ntime.sleep(60)";
    const session = await client.terminal({ code: size, terminal: { columns: 80, rows: 24 } });
    session.resize(99, 30);
    for await (const text of texts(session)) if (text.includes("99")) session.signal("interrupt");
    assert.notEqual((await session.finished).status, "completed");
    const pipe = await client.terminal({ code: "import sys; print(sys.stdin.read().upper())" });
    pipe.write("abc");
    pipe.eof();
    let output = "";
    for await (const text of texts(pipe)) output += text;
    assert.equal(output, "ABC\n");
  });

  test("ends its program when it is closed or aborted", async () => {
    const abort = new AbortController();
    const request = { code: "import time; time.sleep(60)" };
    const session = await client.terminal(request, { signal: abort.signal });
    abort.abort();
    await assert.rejects(session.finished, DisconnectedError);
    await eventually("it is cancelled", async () => (await service.newest()) === "cancelled");
  });

  test("that is refused says why", async () => {
    await assert.rejects(client.terminal({ code: "", language: "klingon" }), { code: "unsupported_language" });
    const nobody = new Runtray({ url: `http://localhost:${await freePort()}` });
    await assert.rejects(nobody.terminal({ code: "" }), NotRunningError);
  });
});

test("health and languages", async () => {
  assert.equal((await client.health()).status, "ok");
  assert.ok((await client.languages()).some(({ language, available }) => language === "python" && available));
});

describe("retries", () => {
  /** A server that is no Runtray, with the number of requests that it got. */
  async function server(answer: Parameters<typeof createServer>[1]): Promise<{ url: string; server: Server; count: () => number }> {
    let requests = 0;
    const made = createServer((request, response) => {
      requests += 1;
      answer?.(request, response);
    }).listen(0, "127.0.0.1");
    await once(made, "listening");
    return { url: `http://127.0.0.1:${(made.address() as AddressInfo).port}`, server: made, count: () => requests };
  }

  test("a service that starts in the meantime is used, and runs the program once", async () => {
    const late = await Service.start();
    let attempts = 0;
    // Starts the service once the first connection was refused.
    const starting: typeof fetch = async (...given) => {
      attempts += 1;
      try {
        return await fetch(...given);
      } catch (error) {
        await late.restore();
        throw error;
      }
    };
    try {
      await late.stop();
      await assert.rejects(new Runtray({ url: late.url, retries: 0 }).execute({ code: "" }), NotRunningError);
      const result = await new Runtray({ url: late.url, retries: 1, fetch: starting }).execute({ code: "print(1)" });
      assert.deepEqual([result.output, attempts], ["1\n", 2]);
      assert.equal(await late.count(), 1);
    } finally {
      await late.end();
    }
  });

  test("nothing that was sent is sent again", async () => {
    const { url, server: broken, count } = await server((request) => request.socket.destroy());
    await assert.rejects(new Runtray({ url }).execute({ code: "" }), (error) => error instanceof NotRunningError || error instanceof DisconnectedError);
    // One program, and one question for the reason.
    assert.equal(count(), 2);
    broken.close();
  });

  test("a server that is no Runtray, and one that never answers, are told apart", async () => {
    const { url, server: other } = await server((_, response) => void response.writeHead(200, { "Content-Type": "text/html" }).end("<h1>Hello</h1>"));
    await assert.rejects(new Runtray({ url }).health(), NotRunningError);
    await assert.rejects(new Runtray({ url }).execute({ code: "" }), DisconnectedError);
    other.close();
    const { url: silent, server: never } = await server(() => undefined);
    await assert.rejects(new Runtray({ url: silent }).health(), TimedOutError);
    never.closeAllConnections();
    never.close();
  });

  test("a service that dies during a run is an error, not an end", async () => {
    const dying = await Service.start();
    try {
      const client = new Runtray({ url: dying.url });
      const request = { code: "import time; time.sleep(60)", timeout_ms: 60_000 };
      const run = client.execute(request);
      const session = await client.terminal(request);
      const ends = Promise.allSettled([run, session.finished]);
      await eventually("both run", async () => (await dying.count("running")) === 2);
      await dying.stop("SIGKILL");
      assert.deepEqual((await ends).map((end) => end.status === "rejected" && end.reason instanceof DisconnectedError), [true, true]);
    } finally {
      await dying.end();
    }
  });

  test("429 is tried again after the time that it names", async () => {
    let refusals = 2;
    const { url, server: busy, count } = await server((_, response) => {
      if (refusals-- > 0) return void response.writeHead(429, { "Retry-After": "0" }).end('{"error":"full","code":"too_many_executions"}');
      response.end('{"status":"ok"}');
    });
    await assert.rejects(new Runtray({ url, retries: 1 }).health(), TooManyError);
    refusals = 2;
    assert.equal((await new Runtray({ url, retries: 2 }).health()).status, "ok");
    assert.equal(count(), 2 + 3);
    busy.close();
  });

  test("the real service's 429 has its Retry-After", async () => {
    const full = await Service.start("[admission]\nslots = 1\nqueue = 0\n");
    const one = new Runtray({ url: full.url, retries: 0 });
    const abort = new AbortController();
    const first = one.execute({ code: "import time; time.sleep(60)", timeout_ms: 60_000 }, { signal: abort.signal }).catch(() => undefined);
    await eventually("it runs", async () => (await full.newest()) === "running");
    await assert.rejects(one.execute({ code: "" }), (error: TooManyError) => error instanceof TooManyError && error.retryAfterMs >= 1000);
    abort.abort();
    await first;
    await full.end();
  });
});

describe("access", () => {
  test("the token is sent with requests and with WebSockets", async () => {
    const strict = await Service.start("require_token = true\n");
    try {
      await assert.rejects(new Runtray({ url: strict.url }).execute({ code: "" }), { code: "token_required" });
      await assert.rejects(new Runtray({ url: strict.url }).terminal({ code: "" }), { code: "token_required" });
      const trusted = new Runtray({ url: strict.url, token: await strict.token() });
      assert.equal((await trusted.execute({ code: "print(1)" })).output, "1\n");
      assert.equal((await (await trusted.terminal({ code: "" })).finished).status, "completed");
    } finally {
      await strict.end();
    }
  });

  test("a page that is not approved waits if it is told to, and goes on by itself", async () => {
    const origin = "https://ide.example";
    // A browser sets this header itself.
    const asPage: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set("Origin", origin);
      return fetch(input, { ...init, headers });
    };
    const page = new Runtray({ url: service.url, fetch: asPage });
    await assert.rejects(page.execute({ code: "" }), NotApprovedError);
    let approvals = 0;
    page.addEventListener("approved", () => (approvals += 1));
    let waits = 0;
    const run = page.execute({ code: "print('approved')" }, { approval: "wait", onWaiting: () => (waits += 1) });
    await eventually("it waits", () => waits === 1);
    await service.configure(`allowed_origins = ["${origin}"]\n`);
    assert.equal((await run).output, "approved\n");
    assert.deepEqual([waits, approvals], [1, 1]);
  });
});
