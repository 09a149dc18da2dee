import assert from "node:assert/strict";
import { test } from "node:test";
import {
  READY_S, RELEASE_S, at, isOver, next, pause, ready, secondsLeft, setsDone, start, steadyClock, stepsOf, withOwnNumbers,
} from "../../static/js/timer_steps.js";

const NOTHING = { hold_s: null, up_s: null, down_s: null, rest_s: null, set_rest_s: null, total_s: null, reps: 1, sets: 1 };
const FASCIA = { ...NOTHING, hold_s: 10, reps: 10 };
const HEEL_CORD = { ...NOTHING, hold_s: 30, rest_s: 30, reps: 10, sets: 2 };
const RAISES = { ...NOTHING, hold_s: 2, up_s: 3, down_s: 3, reps: 12, sets: 3 };
const SELF_DOSED = { ...RAISES, set_rest_s: 120, reps: 8, sets: 2 };
const ROLL = { ...NOTHING, total_s: 180 };

/** @param {import("../../static/js/timer_steps.js").Session} session */
const kinds = (session) => stepsOf(session).map((step) => step.kind);
/** @param {import("../../static/js/timer_steps.js").Session} session */
const begun = (session) => start(ready(stepsOf(session)), 0);
const SECOND = 1000;

test("ten holds of ten seconds, with time to get ready and to let go", () => {
  const steps = stepsOf(FASCIA);
  assert.deepEqual(kinds(FASCIA), ["ready", ...Array(9).fill(["hold", "release"]).flat(), "hold"]);
  assert.deepEqual(steps.filter((step) => step.kind === "hold").map((step) => step.rep), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.ok(steps.filter((step) => step.kind === "hold").every((step) => step.seconds === 10));
  assert.deepEqual(steps.filter((step) => step.endsSet), [steps.at(-1)]);
});

test("a rest that the source states takes the place of letting go", () => {
  const steps = stepsOf(HEEL_CORD);
  assert.ok(!kinds(HEEL_CORD).includes("release"));
  assert.equal(steps.filter((step) => step.kind === "rest" && step.seconds === 30).length, 18);
  assert.equal(steps.filter((step) => step.endsSet).length, 2);
});

test("up, hold and down follow each other without a break", () => {
  assert.deepEqual(kinds(RAISES).slice(0, 7), ["ready", "up", "hold", "down", "up", "hold", "down"]);
  assert.equal(kinds(RAISES).filter((kind) => kind === "up").length, 36);
  assert.ok(stepsOf(RAISES).filter((step) => step.endsSet).every((step) => step.kind === "down" && step.rep === 12));
});

test("between sets the timer rests as long as is stated, and waits where nothing is", () => {
  const stated = stepsOf(SELF_DOSED).filter((step) => step.kind === "set_rest");
  assert.deepEqual(stated.map((step) => [step.seconds, step.set]), [[120, 2]]);
  assert.equal(kinds(SELF_DOSED).filter((kind) => kind === "ready").length, 1);
  assert.deepEqual(stepsOf(RAISES).filter((step) => step.kind === "set_rest").map((step) => step.seconds), [null, null]);
  assert.equal(kinds(RAISES).filter((kind) => kind === "ready").length, 3);
});

test("a time without repetitions is one step", () => {
  assert.deepEqual(stepsOf(ROLL).map((step) => [step.kind, step.seconds, step.endsSet]), [["ready", READY_S, false], ["go", 180, true]]);
});

test("nothing runs before it is started, and a pause holds the time", () => {
  const waiting = ready(stepsOf(FASCIA));
  assert.equal(secondsLeft(at(waiting, 60 * SECOND), 60 * SECOND), READY_S);
  const paused = pause(start(waiting, 0), 3 * SECOND);
  assert.equal(secondsLeft(paused, 99 * SECOND), 2);
  const again = start(paused, 100 * SECOND);
  assert.equal(secondsLeft(again, 101 * SECOND), 1);
  assert.equal(at(again, 102 * SECOND).index, 1);
});

test("seconds are counted from above, so that the last one is a one", () => {
  const run = begun(FASCIA);
  assert.deepEqual([0, 1, 999, 1000, 4001, 4999].map((ms) => secondsLeft(run, ms)), [5, 5, 5, 4, 1, 1]);
});

test("a tab that slept is where it would be had it been awake", () => {
  for (const session of [FASCIA, { ...HEEL_CORD, sets: 1 }, SELF_DOSED, ROLL]) {
    const total = stepsOf(session).reduce((sum, step) => sum + (step.seconds ?? 0), 0) * SECOND;
    let awake = begun(session);
    for (let now = 0; now <= total + SECOND; now += 137) {
      awake = at(awake, now);
      const slept = at(begun(session), now);
      assert.deepEqual([slept.index, secondsLeft(slept, now)], [awake.index, secondsLeft(awake, now)]);
    }
    assert.ok(isOver(at(begun(session), total)));
    assert.ok(!isOver(at(begun(session), total - 1)));
  }
});

test("what is left over of a sleep counts for the step that it woke in", () => {
  const run = at(begun(FASCIA), (READY_S + 10 + RELEASE_S + 4) * SECOND);
  assert.deepEqual([run.steps[run.index]?.kind, run.steps[run.index]?.rep], ["hold", 2]);
  assert.equal(secondsLeft(run, (READY_S + 10 + RELEASE_S + 4) * SECOND), 6);
});

test("a step that waits for the person waits through any sleep", () => {
  const ofSet = (READY_S + 12 * 8) * SECOND;
  const run = at(begun(RAISES), ofSet + 3600 * SECOND);
  assert.equal(run.steps[run.index]?.kind, "set_rest");
  assert.equal(secondsLeft(run, ofSet + 7200 * SECOND), null);
  assert.equal(setsDone(run), 1);
  const on = next(run, ofSet + 7200 * SECOND);
  assert.deepEqual([on.steps[on.index]?.kind, secondsLeft(on, ofSet + 7201 * SECOND)], ["ready", 4]);
});

test("next goes one step on, running or paused as before, and ends with the last step", () => {
  let run = next(pause(begun(FASCIA), SECOND), 2 * SECOND);
  assert.deepEqual([run.index, run.since, secondsLeft(run, 9 * SECOND)], [1, null, 10]);
  run = next(start(run, 10 * SECOND), 12 * SECOND);
  assert.deepEqual([run.index, run.since], [2, 12 * SECOND]);
  for (let taps = 0; taps < 30; taps += 1) run = next(run, 13 * SECOND);
  assert.ok(isOver(run));
  assert.equal(setsDone(run), 1);
  assert.equal(start(run, 14 * SECOND), run, "what is over cannot be started");
});

test("sets are done when their last repetition is behind the person", () => {
  const run = begun(HEEL_CORD);
  const ofSet = READY_S + 10 * 30 + 9 * 30;
  assert.deepEqual([0, ofSet - 1, ofSet].map((now) => setsDone(at(run, now * SECOND))), [0, 0, 1]);
});

test("own numbers of the address replace those of the preset, and nonsense does not", () => {
  const told = (/** @type {string} */ text) => withOwnNumbers(FASCIA, new URLSearchParams(text));
  assert.deepEqual(told("plan=plantar_fascia&hold_s=20&reps=5&sets=2"), { ...FASCIA, hold_s: 20, reps: 5, sets: 2 });
  for (const text of ["hold_s=0", "hold_s=601", "reps=101", "sets=13", "reps=1e1", "reps=-1", "reps=٣", "reps=", "rest_s=9", "__proto__=3"]) {
    assert.deepEqual(told(text), FASCIA, text);
  }
});

test("the clock goes on where one of two stands still, and never back", () => {
  const times = { perf: 100, wall: 5000 };
  const now = steadyClock(() => times.perf, () => times.wall);
  times.perf += 50;
  assert.equal(now(), 50);
  times.wall += 600_000;
  assert.equal(now(), 600_000, "the phone slept, and only the wall clock knows");
  times.wall -= 3_600_000;
  times.perf += 10;
  assert.equal(now(), 600_000, "somebody set the clock back");
});
