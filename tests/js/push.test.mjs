import assert from "node:assert/strict";
import { test } from "node:test";
import { stateOf } from "../../static/js/push.js";
import { openLog, wordsOf } from "../../static/js/push_events.js";

const BROWSER = { hasPush: true, isApple: false, isInstalled: false, permission: "default", isSubscribed: false };

for (const [name, facts, state] of /** @type {[string, object, string][]} */ ([
  ["never asked", {}, "off"],
  ["subscribed", { permission: "granted", isSubscribed: true }, "on"],
  ["allowed and switched off again", { permission: "granted" }, "off"],
  ["allowed no more", { permission: "denied", isSubscribed: true }, "blocked"],
  ["permission forgotten by the browser", { isSubscribed: true }, "off"],
  ["old browser", { hasPush: false }, "unsupported"],
  ["iPhone in Safari", { hasPush: false, isApple: true }, "install"],
  ["old iPhone, installed", { hasPush: false, isApple: true, isInstalled: true }, "unsupported"],
])) {
  test(`the state of the device: ${name}`, () => assert.equal(stateOf({ ...BROWSER, ...facts }), state));
}

/** @param {() => unknown} json */
const data = (json) => /** @type {any} */ ({ json });
const NEUTRAL = { title: "Firststep", body: "Time for today's check-in." };

test("a push shows the words that the server sent", () => {
  const sent = { kind: "reminder", title: "Firststep", body: "Zeit für heute." };
  assert.deepEqual(wordsOf(data(() => sent)), { title: "Firststep", body: "Zeit für heute." });
});

test("a push without words that can be read shows the neutral ones", () => {
  assert.deepEqual(wordsOf(null), NEUTRAL);
  for (const told of [null, 3, [], {}, { title: 1, body: {} }, { title: "", body: "" }]) {
    assert.deepEqual(wordsOf(data(() => told)), NEUTRAL);
  }
  assert.deepEqual(wordsOf(data(() => JSON.parse("{"))), NEUTRAL);
});

test("a tap goes to the log that is open, and else opens it", async () => {
  const done = /** @type {string[]} */ ([]);
  const open = (/** @type {string} */ url) => ({ url, focus: async () => void done.push(url) });
  const clients = (/** @type {object[]} */ list) =>
    /** @type {any} */ ({ matchAll: async () => list, openWindow: async (/** @type {string} */ url) => void done.push(`new ${url}`) });
  await openLog(clients([open("https://a.example/progress"), open("https://a.example/log")]));
  await openLog(clients([open("https://a.example/progress")]));
  assert.deepEqual(done, ["https://a.example/log", "new /log"]);
});
