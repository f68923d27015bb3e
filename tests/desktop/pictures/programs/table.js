console.table([
  { city: "Oslo", degrees: 4 },
  { city: "Rome", degrees: 17 },
]);
