const { execFile, execFileSync, fork, spawn, spawnSync } = require("child_process");
const node = process.execPath;

console.log(execFileSync(node, ["-p", "6 * 7"]).toString().trim());
const failed = spawnSync(node, ["-e", "console.error('oh no'); process.exit(9)"], { encoding: "utf8" });
console.log(failed.status, failed.stderr.trim());
console.log(spawnSync(node, ["-e", "process.stdin.pipe(process.stdout)"], { input: "piped ✓" }).stdout.toString());

if (process.argv[2] === "child") {
  process.on("message", (message) => {
    process.send({ reply: message.n * 2 });
    process.disconnect();
  });
} else {
  const child = fork(__filename, ["child"], { silent: true });
  child.on("message", (message) => console.log("from the child", message));
  child.on("exit", (code) => {
    console.log("child exit", code);
    const sleeper = spawn(node, ["-e", "setTimeout(() => {}, 60000)"]);
    sleeper.on("exit", (code, signal) => console.log("sleeper", code, signal));
    sleeper.on("spawn", () => sleeper.kill("SIGKILL"));
    execFile("no-such-program", (error) => console.log(error.code));
  });
  child.send({ n: 21 });
}
