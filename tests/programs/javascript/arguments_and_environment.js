const [name = "nobody", ...rest] = process.argv.slice(2);
console.log(name, rest);
console.log(process.env.API_KEY, process.env.MISSING, process.env.EMPTY === "");
console.log(Object.keys(process.env).filter((key) => /^(RUNTRAY|CARGO|NODE_OPTIONS|LD_)/.test(key)));
console.log(process.title.length > 0, process.pid > 0, process.version.startsWith("v"), process.uptime() > 0);
