import fs from "fs";
console.log("not reached", fs);
const path = require("path");
