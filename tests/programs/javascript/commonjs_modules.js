const path = require("path");
const { add, history } = require("./calc");
const config = require("./config.json");

console.log(add(2, 3), add(10, config.step), history);
console.log(require("./calc") === require("./calc.js"), path.basename(__filename), __dirname === process.cwd());
console.log(require.main === module, module.id, typeof exports, this === module.exports);
console.log(Object.keys(require.cache).map((file) => path.basename(file)));
console.log(process.argv.length, path.basename(process.argv[1]), process.execArgv);
try {
  require("left-padding");
} catch (error) {
  console.log(error.code, error.message.split("\n")[0]);
}
