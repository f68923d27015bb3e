const { parse } = require("url");
process.emitWarning("of the program", "CustomWarning", "X001");
process.emitWarning("old", "DeprecationWarning", "DEP9");
new Buffer(3);
const emitter = new (require("events"))();
for (let i = 0; i < 12; i++) emitter.on("x", () => {});
console.log(parse("http://a/b").pathname);
