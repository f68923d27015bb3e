const fs = require("fs");
const targets = fs.readdirSync("/proc/self/fd").map((fd) => {
  try {
    return [fd, fs.readlinkSync(`/proc/self/fd/${fd}`).replace(/\d{3,}/g, "N")];
  } catch (error) {
    return [fd, error.code];
  }
});
console.log(targets, fs.openSync("/dev/null"), fs.readFileSync("/proc/self/cmdline", "utf8").split("\0"), fs.readFileSync("/proc/self/comm", "utf8"));
console.log(fs.readdirSync("."), fs.readdirSync(".."), fs.statSync(__filename).isFile(), fs.statSync(__filename).mode, fs.statSync(__filename).size);
console.log(fs.readFileSync(__filename, "utf8").length);
