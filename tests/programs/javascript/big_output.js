const line = "0123456789abcdef".repeat(4).slice(1) + "\n";
for (let n = 0; n < 16384; n++) process.stdout.write(line);
console.error("done");
