const readline = require("readline");

const rl = readline.createInterface({ input: process.stdin, output: process.stdout });

const operations = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => (b === 0 ? "cannot divide by zero" : a / b),
};

function ask() {
  rl.question("calc> ", (line) => {
    if (line === "quit") {
      console.log("bye");
      rl.close();
      return;
    }
    const [left, operator, right] = line.split(" ");
    const operation = operations[operator];
    console.log(operation ? operation(Number(left), Number(right)) : `unknown operator ${operator}`);
    ask();
  });
}

rl.on("close", () => console.log("closed"));
ask();
