process.on("exit", () => console.error("leaving"));
setTimeout(() => console.log("never"), 10);
console.log("before");
process.exit(2);
console.log("after");
