process.stdin.setEncoding("utf8");
let input = "";
process.stdin.on("data", (chunk) => (input += chunk));
process.stdin.on("end", () => {
  console.log(`got ${input.length} characters, tty ${Boolean(process.stdin.isTTY)}`);
});
