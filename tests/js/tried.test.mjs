/** What was tried without an account: which of it says something, and what of it goes into a diary. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyDay } from "../../static/js/phone/days.js";
import { adopted, daysTried, fits } from "../../static/js/phone/tried.js";

const DAY = "2026-11-23";
let n = 0;
const record = (set, { day = DAY, foot = null } = {}) => ({ n: ++n, state: "waiting", tried: false, error: null, op: { op: `op-${n}`, v: 1, day, foot, set } });
const sets = (ops) => ops.map(({ foot, set }) => [foot, set]);

test("an answer that was cleared, or a dose that was taken away, was not tried", () => {
  const dose = { id: "d", choice: "ibuprofen" };
  const records = [
    record({ stretch_done: true, stretch_minutes: 10 }),
    record({ first_step_pain: null }, { foot: "right", day: "2026-11-22" }),
    record({ stretch_done: null }),
    record({ dose }),
    record({ dose: { id: "d", removed: true } }),
  ];
  assert.deepEqual(sets(adopted(records, new Map())), [[null, { stretch_minutes: 10 }]]);
  assert.deepEqual(daysTried(records), [DAY]);
  assert.deepEqual(daysTried(records.slice(1, 3)), []);
});

test("of each thing the last word counts, and nought is an answer", () => {
  const records = [record({ stretch_done: true, stretch_minutes: 10 }), record({ stretch_done: false }), record({ first_step_pain: 0 }, { foot: "right" })];
  assert.deepEqual(sets(adopted(records, new Map())), [[null, { stretch_minutes: 10 }], [null, { stretch_done: false }], ["right", { first_step_pain: 0 }]]);
});

test("what stands in the diary stays, and each op keeps its id", () => {
  const records = [
    record({ first_step_pain: 6 }, { foot: "right" }),
    record({ first_step_pain: 5 }, { foot: "left" }),
    record({ nsaid_taken: false, stretch_done: true }),
    record({ dose: { id: "d", choice: "ibuprofen" } }),
    record({ dose: { id: "e", choice: "naproxen" } }),
    record({ note: "another day" }, { day: "2026-11-22" }),
  ];
  const stands = { ...emptyDay(DAY), feet: { right: { first_step_pain: 0 }, left: { first_step_pain: null } }, nsaid_taken: true, events: { dose: [{ id: "d" }] } };
  const ops = adopted(records, new Map([[DAY, stands], ["2026-11-22", emptyDay("2026-11-22")]]));
  assert.deepEqual(sets(ops), [["left", { first_step_pain: 5 }], [null, { stretch_done: true }], [null, { dose: { id: "e", choice: "naproxen" } }], [null, { note: "another day" }]]);
  assert.deepEqual(ops.map(({ op }) => op), [1, 2, 4, 5].map((at) => records[at].op.op));
});

test("a foot that the account does not ask about does not fit, unless it was cleared", () => {
  const left = record({ first_step_pain: 6 }, { foot: "left" });
  assert.equal(fits([left], "left"), true);
  assert.equal(fits([left], "both"), true);
  assert.equal(fits([left], "right"), false);
  assert.equal(fits([left, record({ first_step_pain: null }, { foot: "left" })], "right"), true);
  assert.equal(fits([record({ stretch_done: true })], "right"), true);
});
