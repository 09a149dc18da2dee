import assert from "node:assert/strict";
import { test } from "node:test";
import { filledIn, toldBy } from "../../static/js/prefill.js";

test("a number with a plus adds to what the day holds", () => {
  assert.equal(filledIn("2", "+1"), "3");
  assert.equal(filledIn("", "+1"), "1");
  assert.equal(filledIn("two", "+1"), "1");
});

test("every other value stands for itself", () => {
  assert.equal(filledIn("2", "5"), "5");
  assert.equal(filledIn("", "+many"), "+many");
});

test("only the named fields are filled in, and a place on the page is no answer", () => {
  const names = ["stretch_done", "sets"];
  assert.deepEqual(toldBy("#stretch_done=yes&sets=%2B2", names), [["stretch_done", "yes"], ["sets", "+2"]]);
  for (const hash of ["", "#", "#stretch_done", "#stretch_done=", "#nsaid_taken=yes", "#first_step_pain-right=10", "#__proto__=1"]) {
    assert.deepEqual(toldBy(hash, names), [], hash);
  }
});
