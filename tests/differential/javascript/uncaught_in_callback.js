process.on("exit", (code) => console.log("exit", code));
setTimeout(function later() {
  const object = null;
  object.property.of = 1;
}, 1);
