/** Which empty days are asked about on the phone: the same cases as tests/services/test_missed_days.py. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dayAfter } from "../../static/js/phone/clock.js";
import { missedDays } from "../../static/js/phone/missed.js";

const TODAY = "2026-11-26";
const days = (...back) => back.map((number) => dayAfter(TODAY, -number));

for (const [logged, missed] of [[[], []], [[0], []], [[1], []], [[0, 1], []], [[3], [2, 1]], [[0, 3], [2, 1]], [[5, 2], [1]], [[13], [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]], [[-1, 2], [1]]]) {
  test(`logged ${logged} days ago: ${missed} days ago are missed`, () => assert.deepEqual(missedDays(days(...logged), TODAY, ""), days(...missed)));
}

for (const [left, missed] of [[9, [4, 3, 2, 1]], [5, [4, 3, 2, 1]], [3, [2, 1]], [1, []], [0, []]]) {
  test(`left empty until ${left} days ago: ${missed} days ago are missed`, () => assert.deepEqual(missedDays(days(5), TODAY, days(left)[0]), days(...missed)));
}

test("the days of a pause are not missed", () => {
  const [first, last] = days(4, 3);
  const past = { first, last };
  const open = { first: days(2)[0], last: null };
  assert.deepEqual(missedDays(days(5), TODAY, "", [past]), days(2, 1));
  assert.deepEqual(missedDays(days(5), TODAY, "", [past, open]), []);
});
