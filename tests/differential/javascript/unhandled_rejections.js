process.on("exit", (code) => console.log("exit", code, process.exitCode));
Promise.reject(new TypeError("nobody listens")).catch(() => console.log("somebody did"));
setTimeout(() => console.log("never"), 1000);
(async function named() {
  await null;
  throw Object.assign(new Error("in async"), { detail: { a: 1 } });
})();
