function outer() {
  return inner();
}
const inner = () => new Error("here");
console.log(outer().stack);
console.trace("traced");
Error.prepareStackTrace = (_, sites) => sites.map((site) => [site.getFileName(), site.getLineNumber(), site.getColumnNumber(), site.getFunctionName()]);
console.log(outer().stack.slice(0, 4));
Error.prepareStackTrace = undefined;
const holder = {};
Error.captureStackTrace(holder, inner);
console.log(holder.stack, outer.toString(), require("util").inspect(outer()));
const assert = require("assert");
assert.equal(1 + 1, 3);
