const fs = require("fs");
const os = require("os");
const path = require("path");

fs.mkdirSync("notes/2024", { recursive: true });
fs.writeFileSync("notes/2024/first.txt", "naïve ✍\n");
fs.appendFileSync("notes/2024/first.txt", "second line\n");
fs.copyFileSync("notes/2024/first.txt", "notes/copy.txt");
console.log(fs.readFileSync("notes/copy.txt", "utf8").split("\n").length, fs.statSync("notes/copy.txt").size);
console.log(fs.readdirSync("notes", { recursive: true }).sort().map((name) => name.replaceAll(path.sep, "/")));
console.log(fs.readFileSync("input.csv", "utf8").trim().split("\n").map((line) => line.split(",")));
fs.renameSync("notes/copy.txt", "notes/日本.txt");
const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "demo-"));
fs.writeFileSync(path.join(temporary, "x"), Buffer.alloc(100));
console.log(fs.existsSync(path.join(temporary, "x")));
fs.rmSync(temporary, { recursive: true });
try {
  fs.readFileSync("missing.txt");
} catch (error) {
  console.log(error.code, error.syscall, error.path);
}
