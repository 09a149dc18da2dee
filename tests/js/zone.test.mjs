import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { browserZone } from "../../static/js/zone.js";

const before = process.env.TZ;

/** @param {string} zone that the machine, and so the browser, is set to */
function guessIn(zone) {
  process.env.TZ = zone;
  return browserZone();
}

afterEach(() => {
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
});

test("the guess is the IANA name that the device is set to", () => {
  for (const zone of ["Europe/Berlin", "Pacific/Auckland", "Africa/Johannesburg", "America/Indiana/Knox"]) {
    assert.equal(guessIn(zone), zone);
  }
});

test("UTC is a zone although its name has no area", () => {
  assert.equal(guessIn("UTC"), "UTC");
});

test("a browser that does not know its zone guesses nothing", () => {
  assert.equal(guessIn("Etc/Unknown"), "");
});

test("a browser whose setting no zone belongs to guesses nothing", () => {
  assert.equal(guessIn("Nowhere/Land"), "");
});
