async function load(id) {
  await null;
  throw new RangeError(`no record ${id}`);
}

load(7);
console.log("main is done");
setTimeout(() => console.log("never printed"), 50);
