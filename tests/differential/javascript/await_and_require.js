const fs = require("fs");
const value = await Promise.resolve(fs);
