import assert from "node:assert/strict";
import { test } from "node:test";
import { addEmptyGroups, dropAcknowledged, stateAfter } from "../../static/js/log.js";

/** @param {[string, string][]} entries */
function formData(entries) {
  const body = new FormData();
  for (const [name, value] of entries) body.append(name, value);
  return body;
}

test("only an answer that the server took is called saved", () => {
  const states = [200, 204, 303, 400, 403, 404, 409, 413, 422].map((status) => stateAfter(status, false));
  assert.deepEqual(states, ["saved", "saved", "saved", ...Array(6).fill("refused")]);
});

test("something that changed meanwhile is still being saved", () => {
  assert.equal(stateAfter(200, true), "saving");
});

test("no answer is no connection, whatever is left", () => {
  assert.equal(stateAfter(undefined, true), "offline");
  assert.equal(stateAfter(undefined, false), "offline");
});

test("too many requests and the server's own faults are failures, not the person's", () => {
  for (const status of [429, 500, 502, 503, 504]) assert.equal(stateAfter(status, true), "failed");
});

test("an ended session is said so, and is no refusal of what was typed", () => {
  assert.equal(stateAfter(401, true), "signed-out");
});

test("only the kept fields are sent, with all their values and in their order", () => {
  const body = formData([["day", "2026-11-23"], ["note", "a"], ["foot", "left"], ["foot", "right"], ["dose_mg", ""]]);
  dropAcknowledged(body, (name) => ["foot", "dose_mg"].includes(name));
  assert.deepEqual([...body], [["foot", "left"], ["foot", "right"], ["dose_mg", ""]]);
});

test("an emptied field is kept: taking an answer back is a change too", () => {
  const body = formData([["note", ""]]);
  dropAcknowledged(body, () => true);
  assert.deepEqual([...body], [["note", ""]]);
});

test("names are compared as they are, also those that objects have", () => {
  const body = formData([["constructor", "1"], ["__proto__", "2"], ["note", "3"]]);
  dropAcknowledged(body, (name) => name === "note");
  assert.deepEqual([...body], [["note", "3"]]);
});

test("boxes of which none is ticked any more are sent as an empty answer, and only when they were touched", () => {
  const body = new FormData();
  body.set("note", "stairs");
  addEmptyGroups(body, ["note", "tags"]);
  assert.deepEqual([...body.entries()], [["note", "stairs"], ["tags", ""]]);
});
