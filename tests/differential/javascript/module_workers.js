import { Worker, isMainThread, parentPort } from "node:worker_threads";

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url));
  worker.on("message", (message) => console.log(message));
} else {
  parentPort.postMessage([import.meta.url, import.meta.main, process.argv]);
}
