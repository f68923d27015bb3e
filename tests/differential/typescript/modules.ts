import { readFileSync } from "node:fs";
import { type Shape, area } from "./shape.ts";

const shape: Shape = { kind: "circle", radius: 2 };
console.log(area(shape), import.meta.url, import.meta.main, import.meta.filename, process.argv, process.execArgv, process.features.typescript);
console.log(readFileSync(import.meta.filename, "utf8").length, await Promise.resolve<number>(1));
