/** The rules of what was tried without an account: what of it says something, and what of it goes into a diary. */

/** @typedef {import("./queue.js").Kept} Kept */
/** @typedef {import("./queue.js").Op} Op */
/** @typedef {import("./queue.js").Value} Value */
/** @typedef {import("./days.js").AnyDay} AnyDay */

/** @param {Value} value @returns {value is {id: string, removed?: unknown}} */
const isThing = (value) => typeof value === "object" && value !== null && "id" in value;

/** @param {Op} op @param {string} field @param {Value} value @returns {string} what the value is about */
const about = ({ day, foot }, field, value) => [day, foot ?? "", field, isThing(value) ? value.id : ""].join("|");

/**
 * @param {readonly Kept[]} records in their order
 * @returns {Op[]} with only the fields that stand in the end: what was replaced, cleared or taken away is not there
 */
function standing(records) {
  const last = new Map(records.flatMap(({ op }) => Object.entries(op.set).map(([field, value]) => [about(op, field, value), op.op])));
  return withFields(
    records.map(({ op }) => op),
    (op, field, value) => value !== null && !(isThing(value) && value.removed === true) && last.get(about(op, field, value)) === op.op,
  );
}

/** @param {Op[]} ops @param {(op: Op, field: string, value: Value) => boolean} keeps @returns {Op[]} those with a field left */
function withFields(ops, keeps) {
  return ops
    .map((op) => ({ ...op, set: Object.fromEntries(Object.entries(op.set).filter(([field, value]) => keeps(op, field, value))) }))
    .filter(({ set }) => Object.keys(set).length > 0);
}

/** @param {readonly Kept[]} records @returns {string[]} the days of which something was tried, in their order */
export const daysTried = (records) => [...new Set(standing(records).map(({ day }) => day))].sort();

/**
 * @param {readonly Kept[]} records of the guest
 * @param {ReadonlyMap<string, AnyDay>} diary each of the days as it stands in the diary already
 * @returns {Op[]} what is added to it, under the same ids, so that the same twice is known; what stands there stays
 */
export function adopted(records, diary) {
  return withFields(standing(records), ({ day, foot }, field, value) => {
    const stands = diary.get(day);
    if (!stands) return true;
    if (isThing(value)) return !(stands.events[field] ?? []).some(({ id }) => id === value.id);
    return ((foot ? stands.feet[foot][field] : stands[field]) ?? null) === null;
  });
}

/**
 * @param {readonly Kept[]} records of the guest
 * @param {unknown} feet "right", "left" or "both", as the account has it
 * @returns {boolean} whether nothing was said of a foot that the account does not ask about
 */
export const fits = (records, feet) => feet === "both" || standing(records).every(({ foot }) => foot === null || foot === feet);
