process.on("uncaughtException", (error, origin) => {
  console.log(origin, error.message, error.stack);
  process.exitCode = 5;
});
process.on("unhandledRejection", (reason) => console.log("rejection", reason));
process.on("warning", (warning) => console.log("warning", warning.name));
Promise.reject(1);
setTimeout(() => {
  throw new Error("later");
}, 1);
throw new Error("now");
