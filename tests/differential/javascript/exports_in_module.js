export const a = 1;
console.log("runs until here");
module.exports = { a };
