/** What the server tells of a person while the phone changes hands: nothing of it is left to be read. */
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { Phone } from "../../static/js/phone/phone.js";
import { openStore } from "../../static/js/phone/stores.js";

const DAY = "2026-11-24";
const TOLD = { rev: 7, zone: "Europe/Vienna", feet: "both", first: DAY, plan_notes: { [DAY]: { words: "Plan: Stairs", timer: "" } }, pauses: [] };

/** A phone of which the server tells, and another page that does ``work`` right before the word ``before`` is kept. */
async function tellingPhone(context, before, work) {
  const user = randomUUID();
  const [mine, others] = [await openStore(user), await openStore(user)];
  const set = async (name, value) => {
    if (name === before) await work(others);
    return mine.set(name, value);
  };
  context.mock.method(globalThis, "fetch", async () => Response.json({ user, days: [{ day: DAY, feet: {}, events: {} }], ...TOLD }));
  Object.defineProperty(globalThis, "window", { configurable: true, value: { clearTimeout: () => undefined } });
  const phone = new Phone({ user, store: { ...mine, set } });
  // A channel that stays open would keep the process.
  context.after(() => phone.close());
  return { phone, others };
}

/** All that can be read of the person. */
const read = async (store) => [await store.days(), ...(await Promise.all(Object.keys(TOLD).map((name) => store.get(name))))];

for (const before of Object.keys(TOLD)) {
  test(`somebody else signs in right before the phone keeps "${before}"`, async (context) => {
    const { phone, others } = await tellingPhone(context, before, (store) => store.lock());
    assert.equal(await phone.refreshDays(), false);
    assert.deepEqual(await read(others), [[], ...Object.keys(TOLD).map(() => undefined)]);
  });
}

test("what is told undisturbed stays", async (context) => {
  const { phone, others } = await tellingPhone(context, "rev", async () => undefined);
  assert.equal(await phone.refreshDays(), true);
  const [days, ...words] = await read(others);
  assert.deepEqual([days.map(({ day }) => day), words], [[DAY], Object.values(TOLD)]);
});
