const words = "the quick brown fox jumps over the lazy dog the end".split(" ");
const counts = Map.groupBy ? Map.groupBy(words, (word) => word) : new Map();
for (const [word, all] of counts) console.log(word.padEnd(6), "#".repeat(all.length));
