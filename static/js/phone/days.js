/** The values of a day as the phone shows them: what the server said last, and over it what still waits. */

/** @typedef {import("./queue.js").Kept} Kept */
/** @typedef {import("./queue.js").Foot} Foot */
/** @typedef {{id: string, [name: string]: unknown}} Thing */

/**
 * @typedef {object} DayValues one day as the wire tells it; null is "not recorded"
 * @property {string} day
 * @property {Record<Foot, Record<string, unknown>>} feet
 * @property {Record<string, Thing[]>} events
 */
/** @typedef {DayValues & Record<string, unknown>} AnyDay */
/** @typedef {{day: string, rev: number | null, values: AnyDay}} KeptDay */

/** @param {string} day @returns {AnyDay} a day of which nothing is known */
export const emptyDay = (day) => ({ day, feet: { right: {}, left: {} }, events: {} });

/**
 * @param {AnyDay} values
 * @param {readonly Kept[]} records in their order
 * @returns {AnyDay} the day with every op about it applied; what was refused is shown too, as it was typed
 */
export function withOps(values, records) {
  /** @type {AnyDay} */
  const shown = structuredClone(values);
  // The server names a foot only when something is noted of it.
  shown.feet = { right: { ...shown.feet.right }, left: { ...shown.feet.left } };
  for (const { op } of records) {
    if (op.day !== shown.day) continue;
    for (const [field, value] of Object.entries(op.set)) {
      if (op.foot) shown.feet[op.foot][field] = value;
      else if (isThing(value)) applyThing(shown, field, value);
      else shown[field] = value;
    }
  }
  return shown;
}

/** @param {unknown} value @returns {value is Thing} */
const isThing = (value) => typeof value === "object" && value !== null && "id" in value;

/** @param {AnyDay} day @param {string} kind @param {Thing} thing */
function applyThing(day, kind, thing) {
  const others = (day.events[kind] ?? []).filter((one) => one.id !== thing.id);
  const before = (day.events[kind] ?? []).find((one) => one.id === thing.id);
  day.events[kind] = thing.removed === true ? others : [...others, { ...before, ...thing }];
}

/** What makes a day a logged one: an answer. A note or a tag alone is none. */
const NO_ANSWERS = new Set(["day", "feet", "events", "note", "tags"]);

/** @param {AnyDay} values @returns {boolean} */
export function isLogged(values) {
  const ofDay = Object.entries(values).some(([name, value]) => !NO_ANSWERS.has(name) && value !== null && value !== undefined);
  const ofFeet = Object.values(values.feet).some((foot) =>
    Object.entries(foot).some(([name, value]) => name !== "first_step_recalled" && value !== null && value !== undefined),
  );
  return ofDay || ofFeet;
}
