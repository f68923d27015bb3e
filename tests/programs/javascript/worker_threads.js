const { Worker, isMainThread, parentPort, workerData, threadId } = require("worker_threads");

function countPrimes(from, to) {
  let count = 0;
  for (let n = Math.max(2, from); n < to; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break; }
    if (prime) count++;
  }
  return count;
}

if (isMainThread) {
  const total = 40_000, parts = 4;
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const jobs = Array.from({ length: parts }, (_, part) => new Promise((resolve, reject) => {
    const range = [part * total / parts, (part + 1) * total / parts];
    const worker = new Worker(__filename, { workerData: { range, counter } });
    worker.on("message", resolve).on("error", reject);
  }));
  Promise.all(jobs).then((counts) => {
    console.log(counts, counts.reduce((a, b) => a + b), "workers", counter[0]);
    new Worker("throw new Error('inside the worker')", { eval: true }).on("error", (error) => console.log(error.message));
  });
} else {
  Atomics.add(workerData.counter, 0, 1);
  parentPort.postMessage(countPrimes(...workerData.range));
}
