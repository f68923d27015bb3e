enum Color {
  Red,
  Green,
}

console.log(Color[Color.Green]);
