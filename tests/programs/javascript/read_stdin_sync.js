const fs = require("fs");

const lines = fs.readFileSync(0, "utf8").trim().split("\n");
const count = Number(lines[0]);
const numbers = lines.slice(1, 1 + count).map(Number);
console.log("sum", numbers.reduce((a, b) => a + b, 0));
console.log("max", Math.max(...numbers), "sorted", numbers.sort((a, b) => a - b).join(" "));
console.log(lines.at(-1).toUpperCase());
