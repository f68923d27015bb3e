function outer() {
  throw "not an error";
}
outer();
