/** The rules of the phone's queue, in the browser's database and in the page's own memory. */
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { emptyDay, isLogged, withOps } from "../../static/js/phone/days.js";
import { count, drop, fold, queued, release, settle, take, takeOver } from "../../static/js/phone/queue.js";
import { deleteStore, openStore, pageStore } from "../../static/js/phone/stores.js";

const DAY = "2026-11-24";

/** An op of one tap. */
const tap = (set, { day = DAY, foot = null } = {}) => ({
  op: randomUUID(), v: 1, day, foot, set, entered_at: `${day}T06:00:00Z`, zone: "Europe/Berlin", device: randomUUID(), seen_rev: null, recalled: false,
});
const pain = (value, foot = "right") => tap({ first_step_pain: value }, { foot });
const ids = async (store) => (await store.records()).map((record) => record.op.op);
const states = async (store) => (await store.records()).map((record) => record.state);
const stored = (op, more = {}) => [op.op, { op: op.op, status: "stored", rev: 1, day: null, superseded: [], error: null, ...more }];

for (const [name, open] of [["database", () => openStore(randomUUID())], ["page", async () => pageStore()]]) {
  const put = async (store, op) => {
    await store.append(queued(op));
    await store.change((records) => fold(records, op.op));
  };

  test(`${name}: ops go out in the order in which they were tapped`, async () => {
    const store = await open();
    const ops = [pain(6), tap({ stretch_done: true }), tap({ nsaid_taken: false }), pain(3, "left")];
    for (const op of ops) await put(store, op);
    assert.deepEqual(await ids(store), ops.map((op) => op.op));
    const { put: batch } = await store.change((records) => take(records, 3));
    assert.deepEqual(batch.map((record) => record.op.op), ops.slice(0, 3).map((op) => op.op));
    assert.deepEqual(await states(store), ["sending", "sending", "sending", "waiting"]);
  });

  test(`${name}: a second thought before it was sent replaces the first, in its own place`, async () => {
    const store = await open();
    const [first, other, second] = [pain(6), pain(6, "left"), pain(4)];
    for (const op of [first, other, second]) await put(store, op);
    assert.deepEqual(await ids(store), [other.op, second.op]);
    assert.deepEqual(withOps(emptyDay(DAY), await store.records()).feet, { right: { first_step_pain: 4 }, left: { first_step_pain: 6 } });
  });

  test(`${name}: what a page that was left could not keep comes in, but not over what was tapped later`, async () => {
    const store = await open();
    const at = (op, minute) => ({ ...op, entered_at: `${DAY}T06:0${minute}:00Z` });
    const [both, later, other] = [at(tap({ stretch_done: true, stretch_minutes: 5 }), 1), at(tap({ stretch_done: false }), 2), at(pain(4), 3)];
    const takeIn = (...ops) => store.change((records) => takeOver(records, ops.map(queued)));
    await put(store, later);
    await takeIn(both);
    await takeIn(both);
    await takeIn(other);
    for (const minute of [2, 3]) await takeIn(at(pain(9), minute));
    assert.deepEqual((await store.records()).map((record) => record.op.set), [{ stretch_done: false }, { stretch_minutes: 5 }, { first_step_pain: 4 }]);
    await takeIn(at(pain(1, "left"), 4), at(tap({ nsaid_taken: true }), 4), at(pain(2, "left"), 4));
    assert.deepEqual((await store.records()).slice(3).map((record) => record.op.set), [{ nsaid_taken: true }, { first_step_pain: 2 }]);
  });

  test(`${name}: once it was sent it is never changed, not even when nothing came back`, async () => {
    const store = await open();
    const [first, second, third] = [pain(6), pain(4), pain(2)];
    await put(store, first);
    await store.change((records) => take(records, 10));
    await put(store, second);
    assert.deepEqual(await ids(store), [first.op, second.op]);
    await store.change(release);
    assert.deepEqual(await states(store), ["waiting", "waiting"]);
    await put(store, third);
    assert.deepEqual(await ids(store), [first.op, third.op]);
    assert.equal((await store.records())[0].op.set.first_step_pain, 6);
  });

  test(`${name}: only "stored" and "known" take an op off the phone`, async () => {
    const store = await open();
    const ops = [pain(6), tap({ stretch_done: true }), tap({ stretch_minutes: "many" }), tap({ nsaid_taken: true }), tap({ note: "x" })];
    for (const op of ops) await put(store, op);
    await store.change((records) => take(records, 10));
    const error = { field: "stretch_minutes", message: "This is a whole number from 0 to 600." };
    const old = { field: "v", message: "This version is not known. Reload the page." };
    const answers = new Map([
      stored(ops[0]),
      stored(ops[1], { status: "known" }),
      stored(ops[2], { status: "rejected", error }),
      stored(ops[3], { status: "rejected", error: old }),
    ]);
    await store.change((records) => settle(records, answers));
    assert.deepEqual(await ids(store), ops.slice(2).map((op) => op.op));
    assert.deepEqual(await states(store), ["rejected", "waiting", "waiting"]);
    assert.deepEqual(count(await store.records()), { unsent: 2, rejected: 1 });
    assert.deepEqual((await store.records())[0].error, error);
  });

  test(`${name}: what was refused stays, shows what was typed, and is answered by another entry`, async () => {
    const store = await open();
    const [wrong, right] = [tap({ stretch_minutes: "many" }), tap({ stretch_minutes: 5 })];
    await put(store, wrong);
    await store.change((records) => take(records, 10));
    await store.change((records) => settle(records, new Map([stored(wrong, { status: "rejected", error: { field: "stretch_minutes", message: "!" } })])));
    assert.equal(withOps(emptyDay(DAY), await store.records()).stretch_minutes, "many");
    assert.deepEqual((await store.change((records) => take(records, 10))).put, []);
    await put(store, right);
    assert.deepEqual(await ids(store), [right.op]);
  });

  test(`${name}: the parts of one dose are one op until it is sent, and taking it away is its own`, async () => {
    const store = await open();
    const id = randomUUID();
    await put(store, tap({ dose: { id, choice: "ibuprofen" } }));
    await put(store, tap({ dose: { id, dose_mg: 400 } }));
    await put(store, tap({ dose: { id: randomUUID(), choice: "naproxen" } }));
    const records = await store.records();
    assert.deepEqual(records.map((record) => record.op.set.dose.dose_mg), [400, undefined]);
    assert.equal(records[0].op.set.dose.choice, "ibuprofen");
    await put(store, tap({ dose: { id, removed: true } }));
    assert.deepEqual((await store.records()).map((record) => record.op.set.dose).find((dose) => dose.id === id), { id, removed: true });
    assert.deepEqual(withOps(emptyDay(DAY), await store.records()).events.dose.map((dose) => dose.choice), ["naproxen"]);
  });

  test(`${name}: an op is taken back only while it was never sent`, async () => {
    const store = await open();
    const [sent, unsent] = [pain(6), pain(5, "left")];
    await put(store, sent);
    await store.change((records) => take(records, 10));
    await store.change(release);
    await put(store, unsent);
    for (const op of [sent, unsent]) await store.change((records) => drop(records, op.op));
    assert.deepEqual(await ids(store), [sent.op]);
  });

  test(`${name}: ten changes at once lose nothing`, async () => {
    const store = await open();
    const ops = Array.from({ length: 10 }, (_, index) => tap({ first_step_pain: index }, { foot: "right", day: `2026-11-${10 + index}` }));
    await Promise.all(ops.map((op) => put(store, op)));
    assert.deepEqual(new Set(await ids(store)), new Set(ops.map((op) => op.op)));
    assert.equal((await store.records()).length, 10);
  });

  test(`${name}: what another page sent before it was folded is neither changed nor sent for a second time`, async () => {
    const store = await open();
    const [first, second, third] = [pain(6), pain(4), pain(2)];
    await put(store, first);
    await store.append(queued(second));
    await store.change((records) => take(records, 10));
    assert.deepEqual(await store.change((records) => fold(records, second.op)), { put: [], remove: [] });
    await store.append(queued(third));
    await store.change((records) => settle(records, new Map([stored(first), stored(second), stored(third)])));
    assert.deepEqual(await ids(store), [third.op]);
    assert.deepEqual(await store.change((records) => fold(records, second.op)), { put: [], remove: [] });
  });

  test(`${name}: what the server said later is not replaced by what it had told before`, async () => {
    const store = await open();
    const day = (rev, pain, on = DAY) => ({ day: on, rev, values: { ...emptyDay(on), feet: { right: { first_step_pain: pain }, left: {} } } });
    await store.change(() => ({ put: [], remove: [] }), [day(7, 4), day(8, 3, "2026-11-23")]);
    await store.keepDays([day(6, 9), day(6, 1, "2026-11-22")], 6);
    assert.deepEqual((await store.days()).map(({ day: on, rev }) => [on, rev]).sort(), [["2026-11-22", 6], ["2026-11-23", 8], [DAY, 7]].sort());
    await store.change(() => ({ put: [], remove: [] }), [day(5, 0)]);
    assert.equal((await store.day(DAY)).rev, 7);
    await store.keepDays([day(9, 2)], 9);
    assert.deepEqual((await store.days()).map(({ rev }) => rev), [9]);
  });

  test(`${name}: the person's days are forgotten, and what was not sent stays`, async () => {
    const store = await open();
    await store.keepDays([{ day: DAY, rev: 3, values: emptyDay(DAY) }], 3);
    await store.set("feet", "both");
    await store.set("device", "d");
    await put(store, pain(6));
    await store.lock();
    assert.deepEqual([await store.days(), await store.get("feet"), await store.get("device"), await store.get("locks")], [[], undefined, "d", 1]);
    assert.equal((await store.records()).length, 1);
  });
}

test("two users on one phone have two databases, and one is deleted alone", async () => {
  const [ana, ben] = await Promise.all([openStore("a"), openStore("b")]);
  await ana.append(queued(pain(6)));
  assert.deepEqual(await ben.records(), []);
  await ben.append(queued(pain(2)));
  await deleteStore("a");
  assert.deepEqual((await (await openStore("a")).records()).length, 0);
  assert.equal((await ben.records()).length, 1);
});

test("a day is a logged one when it has an answer; a note alone is none", () => {
  const day = (values, right = {}) => ({ ...emptyDay(DAY), ...values, feet: { right, left: {} } });
  assert.equal(isLogged(day({ stretch_done: false })), true);
  assert.equal(isLogged(day({}, { first_step_pain: 0 })), true);
  assert.equal(isLogged(day({ note: "x", tags: ["y"], stretch_done: null }, { first_step_pain: null, first_step_recalled: false })), false);
});
