/** When it is said that what waits may be lost: never early, and never for what nobody can do anything about. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { riskOf } from "../../static/js/phone/at_risk.js";

const NOW = Date.parse("2026-11-23T06:30:00Z");
const HOUR = 3_600_000;
const waiting = { unsent: 1, since: NOW - HOUR, lasting: true, persisted: false };

const CASES = /** @type {const} */ ([
  ["nothing waits", { unsent: 0, since: null }, ""],
  ["three wait", { unsent: 3 }, ""],
  ["four wait", { unsent: 4 }, "evictable"],
  ["four are on their way", { unsent: 4, since: NOW - 9_999 }, ""],
  ["four wait for ten seconds", { unsent: 4, since: NOW - 10_000 }, "evictable"],
  ["four wait where the browser promised to keep them", { unsent: 4, persisted: true }, ""],
  ["four wait in the page alone, which says so itself", { unsent: 4, lasting: false }, ""],
  ["one waits just not for a day", { since: NOW - 24 * HOUR + 1 }, ""],
  ["one waits for a day", { since: NOW - 24 * HOUR }, "long"],
  ["one waits for a day although it is kept", { since: NOW - 24 * HOUR, persisted: true }, "long"],
  ["four wait, one for a day", { unsent: 4, since: NOW - 24 * HOUR }, "long"],
  ["the phone's clock was ahead", { since: NOW + 48 * HOUR }, ""],
]);

for (const [name, given, risk] of CASES) {
  test(name, () => assert.equal(riskOf({ ...waiting, ...given }, NOW), risk));
}
