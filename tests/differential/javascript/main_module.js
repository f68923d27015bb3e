console.log(require.main === module, module.id, module.filename, module.loaded, module.children.length, module.parent, module.path);
console.log(module.paths, Object.keys(require.cache), Object.keys(require), Object.keys(module), require.extensions[".js"].name);
console.log(__filename, __dirname, typeof exports, exports === module.exports, this === exports, arguments.length);
console.log(arguments.callee.toString().length > 100, arguments.callee.name, require.resolve("./main.js"), require.resolve.paths("x"));
console.log(require("module").builtinModules.length > 30, require("./main.js") === exports, process.mainModule === module);
