interface Thing {
  name: string;
}

function fail<T extends Thing>(thing: T): never {
  throw new Error((thing as Thing).name);
}

console.log(typeof require, typeof __filename);
fail({ name: "positions stay" });
