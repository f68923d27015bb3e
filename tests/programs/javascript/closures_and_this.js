"use strict";

const counter = (() => {
  let count = 0;
  return { increment: () => ++count, get value() { return count; } };
})();
counter.increment();
counter.increment();
console.log(counter.value);

const debounceLog = [];
for (var i = 0; i < 3; i++) debounceLog.push(() => i);
for (let j = 0; j < 3; j++) debounceLog.push(() => j);
console.log(debounceLog.map((f) => f()));

const memoize = (fn, cache = new Map()) => (n) => cache.get(n) ?? cache.set(n, fn(n)).get(n);
const fib = memoize((n) => (n < 2 ? BigInt(n) : fib(n - 1) + fib(n - 2)));
console.log(fib(150));

function Legacy(name) { this.name = name; }
Legacy.prototype.hi = function () { return `hi ${this.name}`; };
const { hi } = new Legacy("old");
try { hi(); } catch (error) { console.log(error.name); }
console.log(hi.call({ name: "called" }), hi.bind({ name: "bound" })());

const guarded = new Proxy({ age: 5 }, {
  get: (target, key) => (key in target ? target[key] : `no ${String(key)}`),
  set(target, key, value) { if (value < 0) throw new RangeError(`${key} < 0`); target[key] = value; return true; },
});
guarded.age = 6;
console.log(guarded.age, guarded.height);
try { guarded.age = -1; } catch (error) { console.log(error.message); }
try { undefinedVariable = 1; } catch (error) { console.log(error.message); }
(function recurse(depth) { try { recurse(depth + 1); } catch (error) { if (depth === 0) console.log(error.constructor.name); else throw error; } })(0);
