import assert from "node:assert/strict";
import { test } from "node:test";
import { filledIn } from "../../static/js/prefill.js";

test("a number with a plus adds to what the day holds", () => {
  assert.equal(filledIn("2", "+1"), "3");
  assert.equal(filledIn("", "+1"), "1");
  assert.equal(filledIn("two", "+1"), "1");
});

test("every other value stands for itself", () => {
  assert.equal(filledIn("2", "5"), "5");
  assert.equal(filledIn("", "+many"), "+many");
});
