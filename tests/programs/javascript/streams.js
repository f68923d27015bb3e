const { Readable, Transform, Writable, pipeline } = require("stream");
const { createGzip, createGunzip } = require("zlib");
const { text } = require("stream/consumers");
const { promisify } = require("util");

const run = promisify(pipeline);
const upper = () => new Transform({ transform: (chunk, _, done) => done(null, chunk.toString().toUpperCase()) });

async function main() {
  const chunks = [];
  const sink = new Writable({ write: (chunk, _, done) => { chunks.push(String(chunk)); done(); } });
  await run(Readable.from(["first ", "second ", "dritte Ü"]), upper(), sink);
  console.log(chunks);

  const big = "compress me ".repeat(10_000);
  const unpacked = Readable.from([big]).pipe(createGzip()).pipe(createGunzip());
  console.log((await text(unpacked)) === big);

  const failing = new Transform({ transform: (_, __, done) => done(new Error("bad chunk")) });
  await run(Readable.from(["x"]), failing, new Writable()).catch((error) => console.log("pipeline:", error.message));
  process.stdin.pipe(upper()).pipe(process.stdout);
}

main();
