const data = { name: "Zoë", tags: ["a", null], when: new Date(Date.UTC(2024, 1, 29)), skip: undefined, big: 2 ** 60 };
console.log(JSON.stringify(data));
console.log(JSON.stringify(data, ["name", "tags"], 2));
console.log(JSON.parse('{"a":[1,2,{"b":null}]}', (key, value) => (typeof value === "number" ? value * 10 : value)));
for (const broken of ["{a: 1}", "[1,", ""]) {
  try {
    JSON.parse(broken);
  } catch (error) {
    console.log(error instanceof SyntaxError, error.name);
  }
}
const loop = {};
loop.self = loop;
console.log(loop);
try {
  JSON.stringify(loop);
} catch (error) {
  console.log(error.message.split("\n")[0]);
}
console.log("2024-03-09".replace(/(?<y>\d+)-(?<m>\d+)-(?<d>\d+)/, "$<d>/$<m>/$<y>"), "x".padStart(3, "-"));
console.log([..."a1b22".matchAll(/\d+/g)].map((m) => [m[0], m.index]), "ß".toUpperCase(), "I".toLocaleLowerCase("tr"));
console.log("é" === "e\u0301".normalize(), "日本語".at(-1), "🎉".codePointAt(0).toString(16), "\u{1F600}", encodeURIComponent("ü ?"));
console.log(String.raw`a\n${1 + 1}`, `multi
line`);
