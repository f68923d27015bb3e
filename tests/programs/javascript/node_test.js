import test, { describe, it } from "node:test";
import assert from "node:assert/strict";

const slugify = (text) => text.toLowerCase().trim().replace(/[^a-z0-9]+/g, "-");

describe("slugify", () => {
  it("joins words", () => assert.equal(slugify("Hello World"), "hello-world"));
  it("trims", () => assert.equal(slugify("  x "), "x"));
});
test("async", async () => {
  await new Promise((resolve) => setTimeout(resolve, 2));
  assert.deepEqual([1, { a: 2 }], [1, { a: 2 }]);
});
test("fails", () => assert.equal(1, 2));
test("later", { skip: true }, () => {});
