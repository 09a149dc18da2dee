/** Taps in quick succession on a page with a slow disk: what the server is told last is what was tapped last. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import "fake-indexeddb/auto";

/** The words of a browser are its own properties. */
class Words {
  setItem(name, text) {
    this[name] = text;
  }
  getItem(name) {
    return this[name] ?? null;
  }
  removeItem(name) {
    delete this[name];
  }
}
Object.defineProperty(globalThis, "localStorage", { configurable: true, value: new Words() });
Object.defineProperty(globalThis, "window", { configurable: true, value: { setTimeout: () => 0, clearTimeout: () => undefined } });
const { Phone } = await import("../../static/js/phone/phone.js");
const { noteTap } = await import("../../static/js/phone/taps.js");
const { queued } = await import("../../static/js/phone/queue.js");
const { openStore } = await import("../../static/js/phone/stores.js");

const DAY = "2026-11-24";
const soon = () => new Promise((resolve) => setTimeout(resolve, 3));
const oneAtATime = () => {
  let last = Promise.resolve();
  return (_name, work) => (last = last.then(work, work));
};

/** A phone whose changes take longer than the server; ``arrived`` is what the server heard, in its order. */
async function slowPhone(context) {
  const [user, arrived] = [randomUUID(), []];
  const store = await openStore(user);
  const slow = { ...store, change: async (...given) => (await soon(), store.change(...given)) };
  const answer = (op) => ({ op: op.op, status: "stored", rev: arrived.length, day: null, superseded: [], error: null });
  const fetch = async (_address, { body }) => {
    const { ops } = JSON.parse(body);
    arrived.push(...ops);
    return new Response(JSON.stringify({ answers: ops.map(answer) }));
  };
  const phone = new Phone({ user, store: slow, token: "t", line: { fetch, locked: oneAtATime() } });
  // A channel that stays open would keep the process.
  context.after(() => phone.close());
  await phone.load();
  return { phone, user, arrived };
}

test("a tap that was replaced and sent does not come back after the last one", async (context) => {
  const { phone, arrived } = await slowPhone(context);
  const taps = [1, 2, 3, 4, 5, 6, 7].map((value) => phone.add({ day: DAY, foot: "right", set: { first_step_pain: value } }));
  for (const { sent } of await Promise.all(taps)) await sent;
  assert.deepEqual(await phone.store.records(), []);
  const told = arrived.map((op) => op.set.first_step_pain);
  assert.deepEqual(told, [...told].sort());
  assert.equal(told.at(-1), 7);
  assert.equal(new Set(arrived.map((op) => op.op)).size, arrived.length);
});

test("what another page could not keep comes in with the next tap, before it", async (context) => {
  const { phone, user, arrived } = await slowPhone(context);
  const left = { op: randomUUID(), v: 1, day: DAY, foot: null, set: { stretch_done: true }, entered_at: `${DAY}T06:00:00Z`, zone: "UTC", device: randomUUID() };
  noteTap(user, queued(left));
  await (await phone.add({ day: DAY, foot: "right", set: { first_step_pain: 3 } })).sent;
  assert.deepEqual(arrived.map((op) => op.set).sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other))), [{ first_step_pain: 3 }, { stretch_done: true }]);
  assert.deepEqual(Object.keys(localStorage), []);
});
