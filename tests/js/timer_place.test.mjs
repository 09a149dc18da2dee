import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { KEPT_MS, forgetPlace, keepPlace, keptPlace } from "../../static/js/timer_place.js";
import { next, ready, stepsOf } from "../../static/js/timer_steps.js";

const FASCIA = { hold_s: 10, up_s: null, down_s: null, rest_s: null, set_rest_s: null, total_s: null, reps: 2, sets: 1 };
const STEPS = stepsOf(FASCIA);
const NOON = 1_800_000_000_000;
const PLACE = { plan: "plantar_fascia", run: next(ready(STEPS), 0), before: 1, told: 1, at: NOON };

/** @type {Map<string, string>} */
const kept = new Map();
beforeEach(() => kept.clear());
Object.assign(globalThis, {
  sessionStorage: {
    /** @param {string} name */
    getItem: (name) => kept.get(name) ?? null,
    /** @param {string} name @param {string} text */
    setItem: (name, text) => void kept.set(name, text),
    /** @param {string} name */
    removeItem: (name) => void kept.delete(name),
  },
});

test("a place is found once, by the same plan with the same numbers", () => {
  keepPlace(PLACE);
  assert.deepEqual(keptPlace("plantar_fascia", STEPS, NOON + 1000), PLACE);
  assert.equal(keptPlace("plantar_fascia", STEPS, NOON + 1000), null);
  keepPlace(PLACE);
  assert.equal(keptPlace("calf_wall", STEPS, NOON + 1000), null);
  keepPlace(PLACE);
  assert.equal(keptPlace("plantar_fascia", stepsOf({ ...FASCIA, reps: 3 }), NOON + 1000), null);
});

test("it is good for half an hour, and not where the clock was set back", () => {
  for (const [at, found] of [[NOON, true], [NOON + KEPT_MS - 1, true], [NOON + KEPT_MS, false], [NOON - 1, false]]) {
    keepPlace(PLACE);
    assert.equal(keptPlace("plantar_fascia", STEPS, Number(at)) !== null, found);
  }
});

test("what is forgotten, or cannot be read, is no place", () => {
  keepPlace(PLACE);
  forgetPlace();
  assert.equal(keptPlace("plantar_fascia", STEPS, NOON), null);
  kept.set("timer-place", "{");
  assert.equal(keptPlace("plantar_fascia", STEPS, NOON), null);
});
