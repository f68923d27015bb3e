const value = await new Promise((resolve) => setTimeout(resolve, 5, "resolved"));
console.log(value, typeof require);
for await (const chunk of process.stdin) console.log(String(chunk));
await Promise.reject(new RangeError("awaited"));
export {};
