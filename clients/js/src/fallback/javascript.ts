// JavaScript in the browser: a worker inside a frame of an origin of its own, whose policy forbids every connection.
import type { Job } from "./browser.ts";
import type { Worker_, WorkerEvents } from "./browser-session.ts";
import { openFrame } from "./frame.ts";

type FromFrame =
  | { type: "printed"; stream: "stdout" | "stderr"; text: string }
  | { type: "finished"; exit_code: number }
  | { type: "started" };

/** Starts a program. It has no input: the language's own ways to read some need Node.js. */
export async function startJavaScript(assets: string, job: Job, events: WorkerEvents): Promise<Worker_> {
  const frame = await openFrame(`${assets}javascript.html`, "JavaScript program");
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }: MessageEvent<FromFrame>) => {
    if (data.type === "started") events.started(`JavaScript in this browser (${browserName()})`);
    if (data.type === "printed") events.printed(data.stream, data.text);
    if (data.type === "finished") events.finished(data.exit_code, []);
  };
  frame.contentWindow?.postMessage({ code: job.request.code }, "*", [port2]);
  return { input: () => undefined, interrupt: () => false, end: () => frame.remove() };
}

function browserName(): string {
  const [name] = /(Firefox|Edg|Chrome|Version)\/[\d.]+/.exec(navigator.userAgent) ?? [];
  return name?.replace("/", " ").replace("Version", "Safari") ?? "unknown browser";
}
