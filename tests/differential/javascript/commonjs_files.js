const one = require("./one");
const two = require("./folder");
console.log(one, two, require("./data.json"), Object.keys(require.cache), module.children.map((child) => child.id));
delete require.cache[require.resolve("./one")];
console.log(require("./one") === one, require("./folder") === two);
import("./three.mjs").then((three) => console.log(three.default, three.where));
try {
  require("./nothing");
} catch (error) {
  console.log(error.code, error.message, error.requireStack);
}
require("no-such-package");
