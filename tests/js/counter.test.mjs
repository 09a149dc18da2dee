/** The counter counts as the server does. */
import assert from "node:assert/strict";
import test from "node:test";

import { lengthOf } from "../../static/js/counter.js";

test("characters are counted, not what a script stores of them", () => {
  assert.equal(lengthOf(""), 0);
  assert.equal(lengthOf("  Run? \n"), 4);
  assert.equal(lengthOf("a\nb"), 3);
  assert.equal(lengthOf("🦶🏽"), 2);
});
