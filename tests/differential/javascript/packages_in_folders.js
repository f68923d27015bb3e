console.log(require("thing"), require("thing/sub"), require.resolve("thing"), require("./lib/local.js"));
import("./lib/local.js").then((local) => console.log(local.default));
import("thing").then((thing) => console.log(thing.default));
