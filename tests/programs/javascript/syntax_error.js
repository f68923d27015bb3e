console.log("never printed");
function broken( {
  return 1;
}
