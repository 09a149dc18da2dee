import assert from "node:assert/strict";
import { test } from "node:test";
import { inTurn } from "../../static/js/day/in_turn.js";

/** @returns {{work: () => Promise<void>, ends: (() => void)[], log: string[]}} work that ends when it is told to */
function slowly() {
  /** @type {(() => void)[]} */
  const ends = [];
  /** @type {string[]} */
  const log = [];
  const work = () => {
    log.push("begins");
    return /** @type {Promise<void>} */ (new Promise((resolve) => ends.push(resolve))).then(() => void log.push("ends"));
  };
  return { work, ends, log };
}
const breathe = () => new Promise((resolve) => setTimeout(resolve));

test("asked for many times while it runs, it runs once more, and never twice at a time", async () => {
  const { work, ends, log } = slowly();
  const ask = inTurn(work);
  const all = [ask(), ask(), ask()];
  await breathe();
  assert.deepEqual(log, ["begins"]);
  ends[0]?.();
  await breathe();
  assert.deepEqual(log, ["begins", "ends", "begins"]);
  ends[1]?.();
  await Promise.all(all);
  assert.deepEqual(log, ["begins", "ends", "begins", "ends"]);
});

test("asked for after it has ended, it runs again; a fault does not stop it for good", async () => {
  let times = 0;
  const ask = inTurn(async () => {
    times += 1;
    if (times === 1) throw new Error("no database");
  });
  await assert.rejects(ask(), /no database/);
  await ask();
  await ask();
  assert.equal(times, 3);
});
