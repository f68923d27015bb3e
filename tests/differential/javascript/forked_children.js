const { fork, execFileSync, spawnSync } = require("child_process");

if (process.argv[2] === "child") {
  process.send([process.argv, require.main === module, process.execArgv, process.connected], () => process.disconnect());
} else if (process.argv[2]) {
  console.log("run again as", process.argv.slice(1), require.main.filename);
} else {
  fork(__filename, ["child"]).on("message", (message) => console.log(message));
  console.log(execFileSync(process.execPath, ["main.js", "by hand"], { encoding: "utf8" }));
  console.log(execFileSync(process.execPath, [...process.execArgv, "-p", "[process.argv.length, __filename]"], { encoding: "utf8" }));
  console.log(spawnSync(process.execPath, ["-e", "syntax error here"], { encoding: "utf8" }).stderr);
}
