// Holds the request of a worker that waits in `input()` until the page sends the line.

interface FetchEvent_ extends ExtendableEvent_ {
  request: Request;
  respondWith(response: Promise<Response>): void;
}
interface ExtendableEvent_ extends Event {
  waitUntil(done: Promise<unknown>): void;
}

/** The worker asks again after this time; browsers end requests that take minutes. */
const HOLD_MS = 20_000;
const waiting = new Map<string, (line: string | null) => void>();
const early = new Map<string, string | null>();
const scope = globalThis as unknown as EventTarget & { skipWaiting(): Promise<void>; clients: { claim(): Promise<void> } };

scope.addEventListener("install", (event) => (event as ExtendableEvent_).waitUntil(scope.skipWaiting()));
scope.addEventListener("activate", (event) => (event as ExtendableEvent_).waitUntil(scope.clients.claim()));

scope.addEventListener("message", (event) => {
  const { type, id, line } = (event as MessageEvent<{ type: string; id: string; line: string | null }>).data;
  if (type !== "runtray-input") return;
  const give = waiting.get(id);
  if (give) give(line);
  else early.set(id, line);
});

scope.addEventListener("fetch", (event) => {
  const { request, respondWith } = event as FetchEvent_;
  const url = new URL(request.url);
  if (request.method !== "POST" || !url.pathname.endsWith("/input")) return;
  respondWith.call(event, answer(url.searchParams.get("id") ?? ""));
});

/** The line in JSON; 204 when there is none yet. */
function answer(id: string): Promise<Response> {
  if (early.has(id)) {
    const line = early.get(id);
    early.delete(id);
    return Promise.resolve(Response.json(line));
  }
  return new Promise((resolve) => {
    const end = (response: Response) => {
      waiting.delete(id);
      clearTimeout(timer);
      resolve(response);
    };
    const timer = setTimeout(() => end(new Response(null, { status: 204 })), HOLD_MS);
    waiting.set(id, (line) => end(Response.json(line)));
  });
}
