const { EventEmitter } = require("events");
const { performance } = require("perf_hooks");

console.log("1 sync");
setTimeout(() => console.log("5 timeout"), 0);
const interval = setInterval(() => {
  interval.ticks = (interval.ticks ?? 0) + 1;
  if (interval.ticks === 3) {
    clearInterval(interval);
    console.log("6 interval ended");
  }
}, 2);
process.nextTick(() => console.log("3 nextTick"));
Promise.resolve().then(() => console.log("4 microtask"));
console.log("2 sync");

const emitter = new EventEmitter();
emitter.once("done", async (started) => {
  await new Promise((resolve) => setTimeout(resolve, 60));
  console.log("7 waited", performance.now() - started >= 59);
});
emitter.emit("done", performance.now());
const abandoned = setTimeout(() => console.log("never"), 60_000);
abandoned.unref();
