import assert from "node:assert/strict";
import { test } from "node:test";
import { Unsaved } from "../../static/js/unsaved.js";

/** @param {string[]} names */
function touched(...names) {
  const unsaved = new Unsaved();
  for (const name of names) unsaved.touch(name);
  return unsaved;
}

test("a fresh form holds nothing unsaved", () => {
  const unsaved = new Unsaved();
  assert.equal(unsaved.empty, true);
  assert.equal(unsaved.has("note"), false);
  assert.equal(unsaved.snapshot().size, 0);
});

test("what the server acknowledged is saved", () => {
  const unsaved = touched("first_step_pain-left", "note");
  unsaved.settle(unsaved.snapshot());
  assert.equal(unsaved.empty, true);
});

test("without an answer everything stays unsaved", () => {
  const unsaved = touched("note");
  unsaved.snapshot();
  assert.equal(unsaved.has("note"), true);
});

test("a field changed while its save was under way stays unsaved, the others do not", () => {
  const unsaved = touched("note", "stretch_done");
  const carried = unsaved.snapshot();
  unsaved.touch("note");
  unsaved.settle(carried);
  assert.deepEqual([...unsaved.snapshot().keys()], ["note"]);
  unsaved.settle(unsaved.snapshot());
  assert.equal(unsaved.empty, true);
});

test("a field first touched while a save was under way stays unsaved", () => {
  const unsaved = touched("note");
  const carried = unsaved.snapshot();
  unsaved.touch("dose_mg");
  unsaved.settle(carried);
  assert.equal(unsaved.has("dose_mg"), true);
  assert.equal(unsaved.has("note"), false);
});

test("a save keeps what it carried, whatever is touched afterwards", () => {
  const unsaved = touched("note");
  const carried = unsaved.snapshot();
  unsaved.touch("dose_mg");
  assert.deepEqual([...carried.keys()], ["note"]);
});

test("answers in the wrong order: a late one of an earlier save takes nothing away", () => {
  const unsaved = touched("note");
  const first = unsaved.snapshot();
  unsaved.touch("note");
  const second = unsaved.snapshot();
  unsaved.settle(second);
  assert.equal(unsaved.empty, true);
  unsaved.touch("note");
  unsaved.settle(first);
  unsaved.settle(second);
  assert.equal(unsaved.has("note"), true);
});
