console.log(process.argv.slice(1), require("util").parseArgs({ strict: false }).values);
