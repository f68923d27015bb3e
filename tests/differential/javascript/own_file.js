const fs = require("fs");
fs.writeFileSync(__filename, "// another program\n".repeat(20));
console.log(fs.readdirSync("."), require("./main.js"));
fs.unlinkSync(__filename);
process.on("exit", () => console.log(fs.existsSync(__filename)));
throw new Error("its file is gone");
