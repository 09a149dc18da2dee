import assert from "node:assert/strict";
import { test } from "node:test";
import { Turn } from "../../static/js/passkey_turn.js";

test("the button takes an offer back that nobody touched", () => {
  const turn = new Turn();
  const offer = turn.offer();
  assert.equal(turn.begin(), true);
  assert.equal(offer.aborted, true);
});

test("an offer touched in the moment of the tap does not sign in a second time", () => {
  const turn = new Turn();
  const offer = turn.offer();
  turn.begin();
  assert.throws(() => turn.accept(offer), { name: "AbortError" });
});

test("after the touch the button begins nothing and the offer goes through", () => {
  const turn = new Turn();
  const offer = turn.offer();
  turn.accept(offer);
  assert.equal(turn.begin(), false);
  assert.equal(offer.aborted, false);
});

test("a second tap on the button begins nothing", () => {
  const turn = new Turn();
  assert.deepEqual([turn.begin(), turn.begin()], [true, false]);
});

test("after a failure the button works again", () => {
  const turn = new Turn();
  turn.begin();
  turn.end();
  assert.equal(turn.begin(), true);
});

test("an offer that fails after the touch leaves the button free", () => {
  const turn = new Turn();
  turn.accept(turn.offer());
  turn.end();
  assert.equal(turn.begin(), true);
});

test("an offer that comes while the button is under way is none", () => {
  const turn = new Turn();
  turn.begin();
  assert.equal(turn.offer().aborted, true);
});
