const { Worker, isMainThread, parentPort, workerData, threadId } = require("worker_threads");

if (isMainThread) {
  const worker = new Worker(__filename, { workerData: { n: 20 }, argv: ["x"] });
  worker.on("message", (message) => console.log("from the worker", message));
  worker.on("exit", (code) => {
    console.log("worker exit", code);
    const failing = new Worker("const a = 1;\nthrow new Error('in eval')", { eval: true });
    failing.on("error", (error) => console.log(error.message));
  });
} else {
  parentPort.postMessage([workerData.n + 1, threadId, require.main === module, process.argv, __filename]);
}
