// The frame that holds a JavaScript program: it makes the worker and connects it with the page.
import { isIsolated } from "./isolated.ts";
import WORKER from "./javascript-worker.ts?text";

addEventListener("message", ({ data, source, ports: [port] }: MessageEvent<{ code: string }>) => {
  if (source !== parent || !isIsolated()) return;
  const program = new Worker(URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" })));
  program.onmessage = (event) => port?.postMessage(event.data);
  // Errors that the program's own handlers do not receive.
  program.onerror = (event) => {
    port?.postMessage({ type: "printed", stream: "stderr", text: `${event.message}\n` });
    port?.postMessage({ type: "finished", exit_code: 1 });
  };
  program.postMessage(data.code);
});
