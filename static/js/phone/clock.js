/** What day it is for the person: the date in their zone, never the date in UTC. */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * @param {string | undefined} zone an IANA name; without one, or with one that the browser does not know, its own zone
 * @param {Date} [at]
 * @returns {{day: string, hour: number}} the ISO date and the hour of the clock on the wall
 */
export function wallClock(zone, at = new Date()) {
  /** @type {Intl.DateTimeFormatOptions} */
  const numbers = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", hourCycle: "h23", calendar: "gregory", numberingSystem: "latn" };
  const parts = Object.fromEntries(formatter(zone, numbers).formatToParts(at).map(({ type, value }) => [type, value]));
  return { day: `${String(parts.year).padStart(4, "0")}-${parts.month}-${parts.day}`, hour: Number(parts.hour) };
}

/**
 * @param {string} moment
 * @param {string} day
 * @param {string} zone
 * @returns {string} what the clock on the wall showed, such as "07:30"; empty where it was on another day
 */
export function timeOn(moment, day, zone) {
  const at = new Date(moment);
  if (wallClock(zone, at).day !== day) return "";
  return formatter(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", numberingSystem: "latn" }).format(at);
}

/** @param {string | undefined} zone @param {Intl.DateTimeFormatOptions} options */
function formatter(zone, options) {
  try {
    return new Intl.DateTimeFormat("en", zone ? { ...options, timeZone: zone } : options);
  } catch {
    return new Intl.DateTimeFormat("en", options);
  }
}

/**
 * @param {string} day
 * @param {string} time "07:30"
 * @param {string} zone
 * @returns {string} the moment at which the clock on the wall showed it; of two in a night in which it goes back, the first
 */
export function momentOf(day, time, zone) {
  const wall = Date.parse(`${day}T${time}Z`);
  const offsets = [-1, 1].map((side) => offsetAt(zone, wall + side * DAY_MS));
  const offset = offsets.find((one) => offsetAt(zone, wall - one) === one) ?? offsets[0] ?? 0;
  return new Date(wall - offset).toISOString();
}

/** @param {string} zone @param {number} at @returns {number} by how many milliseconds the clock on the wall is ahead of UTC */
function offsetAt(zone, at) {
  const name = formatter(zone, { timeZoneName: "longOffset" }).formatToParts(at).find(({ type }) => type === "timeZoneName")?.value;
  const [, sign = "", hours = "0", minutes = "0"] = /([+-])(\d+):?(\d+)?/.exec(name ?? "") ?? [];
  return Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}

/** @param {string} day @param {number} by @returns {string} the calendar day so many days later */
export function dayAfter(day, by) {
  const moment = new Date(`${day}T12:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + by);
  return moment.toISOString().slice(0, 10);
}

/** @type {Map<string, Intl.DateTimeFormat>} each kept: making one takes a phone longer than a hundred words of it */
const writers = new Map();

/** @param {string} day @param {Intl.DateTimeFormatOptions} options @returns {string} the day in the page's language */
export function dayWords(day, options) {
  const page = globalThis.document?.documentElement.lang || undefined;
  // The server's English dates have the day before the month, and one page has one order.
  const language = page === "en" ? "en-GB" : page;
  const look = JSON.stringify([language, options]);
  const writer = writers.get(look) ?? new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
  writers.set(look, writer);
  return writer.format(new Date(`${day}T12:00:00Z`));
}
