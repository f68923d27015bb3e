import data from "./data.json" with { type: "json" };
import { count, increment } from "./counter.mjs";
import cjs, { named } from "./old.cjs";
import { createRequire } from "node:module";

increment();
console.log(data, count, cjs, named, createRequire(import.meta.url)("./old.cjs") === cjs);
const { default: again } = await import("./counter.mjs?again");
console.log(again, await import("./missing.mjs").catch((error) => error.code));
await import("./broken.mjs");
