process.on("exit", (code) => console.log("exit handler sees", code));
process.exitCode = 4;
setTimeout(() => console.log("timers still run"), 5);
console.log("main ends");
