const fs: typeof import("fs") = require("fs");
console.log(require.main === module, __filename, fs.readdirSync("."), Object.keys(require.cache));
module.exports = { a: 1 as number };
