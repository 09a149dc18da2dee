import assert from "node:assert/strict";
import { test } from "node:test";
import { momentOf } from "../../static/js/phone/clock.js";

for (const [day, time, zone, moment] of [
  ["2026-11-23", "07:30", "Europe/Berlin", "2026-11-23T06:30:00.000Z"],
  ["2026-07-01", "07:30:15", "Europe/Berlin", "2026-07-01T05:30:15.000Z"],
  ["2026-11-23", "00:10", "Asia/Kolkata", "2026-11-22T18:40:00.000Z"],
  ["2026-11-23", "23:50", "America/St_Johns", "2026-11-24T03:20:00.000Z"],
  ["2026-11-23", "12:00", "UTC", "2026-11-23T12:00:00.000Z"],
  // The clock goes back from 3 to 2 and shows 2:30 twice: the first time is meant, as on the server.
  ["2026-10-25", "01:59", "Europe/Berlin", "2026-10-24T23:59:00.000Z"],
  ["2026-10-25", "02:30", "Europe/Berlin", "2026-10-25T00:30:00.000Z"],
  ["2026-10-25", "03:00", "Europe/Berlin", "2026-10-25T02:00:00.000Z"],
  ["2026-03-29", "01:59", "Europe/Berlin", "2026-03-29T00:59:00.000Z"],
  ["2026-03-29", "03:00", "Europe/Berlin", "2026-03-29T01:00:00.000Z"],
]) {
  test(`${time} of ${day} in ${zone} is ${moment}`, () => assert.equal(momentOf(day, time, zone), moment));
}
