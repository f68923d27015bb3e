const fs = require("fs");
console.log(fs.readFileSync(0, "utf8").split("\n"), fs.fstatSync(0).isFIFO(), process.stdin.readableEnded);
process.stdin.on("data", (chunk) => console.log("late", chunk)).on("end", () => console.log("end"));
