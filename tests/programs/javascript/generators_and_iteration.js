function* fibonacci() {
  let [a, b] = [0, 1];
  while (true) {
    yield a;
    [a, b] = [b, a + b];
  }
}

const take = function* (count, iterable) {
  for (const value of iterable) {
    if (count-- <= 0) return;
    yield value;
  }
};

class Range {
  constructor(from, to) {
    Object.assign(this, { from, to });
  }
  *[Symbol.iterator]() {
    for (let n = this.from; n <= this.to; n++) yield n;
  }
}

async function* ticker(count) {
  for (let n = 0; n < count; n++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield n;
  }
}

console.log([...take(12, fibonacci())]);
const [first, ...others] = new Range(3, 7);
console.log(first, others, Math.max(...new Range(1, 9)));
const talk = (function* () {
  const name = yield "What is your name?";
  try {
    yield `Hello, ${name}`;
  } finally {
    console.log("generator closed");
  }
})();
console.log(talk.next().value, talk.next("Bo").value, talk.return("early"));
(async () => {
  for await (const n of ticker(3)) console.log("tick", n);
})();
