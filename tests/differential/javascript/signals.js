process.on("SIGUSR2", (name, number) => {
  console.log(name, number, process.listenerCount("SIGUSR2"));
  process.kill(process.pid, "SIGTERM");
});
process.kill(process.pid, "SIGUSR2");
setInterval(() => {}, 1000);
