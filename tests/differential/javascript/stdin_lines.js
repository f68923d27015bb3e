import readline from "node:readline/promises";

const lines = readline.createInterface({ input: process.stdin, output: process.stdout });
console.log("hello", await lines.question("name? "));
for await (const line of lines) console.log(JSON.stringify(line));
