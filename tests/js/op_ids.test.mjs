import assert from "node:assert/strict";
import { test } from "node:test";
import { OpIds } from "../../static/js/op_ids.js";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** @param {Record<string, string>} fields */
function save(fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries({ csrf_token: "t1", op: "as-the-page-came", day: "2026-11-23", ...fields })) {
    body.set(name, value);
  }
  return body;
}

test("each save has a random id of its own, not the one that came with the page", () => {
  const ids = new OpIds();
  const given = [save({ note: "a" }), save({ note: "b" }), save({ note: "b" })].map((body) => ids.idFor(body));
  for (const id of given) assert.match(id, UUID);
  assert.equal(new Set(given).size, 3);
});

test("the same save after a failure carries the same id, as often as it fails", () => {
  const ids = new OpIds();
  const id = ids.idFor(save({ "first_step_pain-left": "5" }));
  for (let attempt = 0; attempt < 3; attempt += 1) {
    ids.failed(id);
    assert.equal(ids.idFor(save({ "first_step_pain-left": "5" })), id);
  }
});

test("after a success the same values are another save", () => {
  const ids = new OpIds();
  const id = ids.idFor(save({ "first_step_pain-left": "5" }));
  ids.failed(id);
  ids.idFor(save({ "first_step_pain-left": "5" }));
  assert.notEqual(ids.idFor(save({ "first_step_pain-left": "5" })), id);
});

test("a renewed form token, or the id in the page, does not make it another save", () => {
  const ids = new OpIds();
  const id = ids.idFor(save({ note: "x" }));
  ids.failed(id);
  assert.equal(ids.idFor(save({ note: "x", csrf_token: "t2", op: id })), id);
});

test("another value, field, day or number of fields is another save", () => {
  for (const other of [{ note: "y" }, { dose_mg: "x" }, { note: "x", dose_mg: "400" }, { note: "x", day: "2026-11-22" }, {}]) {
    const ids = new OpIds();
    const id = ids.idFor(save({ note: "x" }));
    ids.failed(id);
    assert.notEqual(ids.idFor(save(other)), id, JSON.stringify(other));
  }
});

test("values that look like a field's end are told apart", () => {
  const ids = new OpIds();
  const id = ids.idFor(save({ note: 'a","dose_mg","4' }));
  ids.failed(id);
  assert.notEqual(ids.idFor(save({ note: "a", dose_mg: "4" })), id);
});

test("a value changed and changed back does not take up the id of the save before", () => {
  const ids = new OpIds();
  const five = ids.idFor(save({ "first_step_pain-left": "5" }));
  ids.failed(five);
  const seven = ids.idFor(save({ "first_step_pain-left": "7" }));
  ids.failed(seven);
  assert.equal(new Set([five, seven, ids.idFor(save({ "first_step_pain-left": "5" }))]).size, 3);
});

test("a failure that is told late does not mark the save that is under way", () => {
  const ids = new OpIds();
  const five = ids.idFor(save({ "first_step_pain-left": "5" }));
  const seven = ids.idFor(save({ "first_step_pain-left": "7" }));
  ids.failed(five);
  assert.notEqual(ids.idFor(save({ "first_step_pain-left": "7" })), seven);
});
