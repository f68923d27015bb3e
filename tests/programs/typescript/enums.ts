enum Color {
  Red,
  Green = 5,
  Blue,
}

enum Level {
  Low = "low",
  High = "high",
}

const enum Size {
  Small = 1 << 0,
  Large = 1 << 3,
}

enum Mixed {
  Length = "four".length,
  Next = Length + 1,
}

console.log(Color[Color.Green], Color.Blue, Object.keys(Color).length);
console.log(Level.High, Size.Large | Size.Small, Mixed.Next);

function name(color: Color): string {
  switch (color) {
    case Color.Red:
      return "red";
    default:
      return Color[color].toLowerCase();
  }
}

console.log([Color.Red, Color.Blue].map(name).join());
