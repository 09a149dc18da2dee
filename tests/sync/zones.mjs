/** What day and hour it is for a phone: a line with a zone and its moments comes in, a line with the answers goes out. */
import { createInterface } from "node:readline";
import { wallClock } from "../../static/js/phone/clock.js";

/** @param {string} zone whether this machine knows it: without, a phone goes by its own */
function isKnown(zone) {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
}

/** @param {string} zone @param {number} seconds @returns {string} as "GMT+05:45" */
const offsetOf = (zone, seconds) =>
  new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(new Date(seconds * 1000)).find(({ type }) => type === "timeZoneName").value;

createInterface({ input: process.stdin }).on("line", (line) => {
  const { zone, moments, offsets } = JSON.parse(line);
  if (offsets) return void process.stdout.write(`${JSON.stringify(offsets.map((seconds) => offsetOf(zone, seconds)))}\n`);
  const clocks = isKnown(zone) ? moments.map((seconds) => wallClock(zone, new Date(seconds * 1000))) : null;
  const said = clocks?.map(({ day, hour }) => [day, hour]);
  return void process.stdout.write(`${JSON.stringify({ data: process.versions.tz, clocks: said ?? null })}\n`);
});
