const inventory = [
  { name: "apple", kind: "fruit", price: 0.5 },
  { name: "leek", kind: "vegetable", price: 1.25 },
  { name: "kiwi", kind: "fruit", price: 0.75 },
];
const byKind = inventory.reduce((groups, { kind, name }) => ({ ...groups, [kind]: [...(groups[kind] ?? []), name] }), {});
console.log(byKind);
console.log(new Map(Object.entries(byKind)), new Set([3, 1, 3]), new WeakMap());
console.log(inventory.find(({ price }) => price > 1)?.name, inventory[9]?.name ?? "none");
console.log([3, 20, 100].sort(), [3, 20, 100].sort((a, b) => b - a), [[1, [2, [3]]]].flat(Infinity));
console.log(Array.from({ length: 5 }, (_, i) => i ** 2), "a-b-c".split("-").toString(), [..."👍é"].length);
console.table(inventory);
console.log({ nested: { deeper: { deepest: { hidden: true } } }, list: new Array(3), fn: () => 1, when: new Date(0), re: /x/g, big: 10n ** 20n });
console.log("%s is %d years and %o, %j", "Bo", 42, [1], { a: 1 });
console.log(0.1 + 0.2, 7 % -3, 2 ** 53 + 1, parseInt("12px"), Number(""), [] + {}, typeof null, NaN === NaN);
console.log(structuredClone({ date: new Date(5), map: new Map([[1, 2]]) }), Object.is(-0, 0));
label: for (const i of [1, 2]) for (const j of [1, 2]) { if (j === 2) continue label; console.log(i, j); }
