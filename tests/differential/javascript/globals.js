console.log(Object.getOwnPropertyNames(globalThis).join());
console.log(Object.getOwnPropertySymbols(globalThis).length, typeof require, typeof module, typeof navigator, typeof WebSocket);
