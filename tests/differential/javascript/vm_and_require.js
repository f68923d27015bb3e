const vm = require("vm");
const { createRequire, isBuiltin, findPackageJSON } = require("module");
console.log(vm.runInThisContext("typeof require"), vm.runInNewContext("a + 1", { a: 1 }), isBuiltin("fs"));
console.log(createRequire(__filename)("./main.js") === exports, findPackageJSON?.("./main.js", __filename));
const script = new vm.Script("throw new Error('in a script')", { filename: "named.js", lineOffset: 10 });
script.runInThisContext();
