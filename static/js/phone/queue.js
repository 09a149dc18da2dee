/**
 * The rules of the phone's queue, without any storage: what becomes of the waiting ops when one is added, sent or
 * answered. Each function takes the records in the order of their numbers and says what to put and what to remove;
 * a store (stores.js) applies that in one transaction. A new op is first put at the end in a transaction of its own, which
 * is over even if the page is left in that moment, and then folded into the others.
 *
 * A record is removed only when the server has said "stored" or "known". Once it was sent it is never changed: the
 * server may have it although its answer was lost, and does not read what comes under an id that it knows.
 */

/** The version of the wire that this build speaks. */
export const WIRE_VERSION = 1;

/** @typedef {string | number | boolean | null | string[] | {id: string, [name: string]: unknown}} Value */
/** @typedef {"right" | "left"} Foot */
/** @typedef {{field: string, message: string}} Refusal */

/**
 * @typedef {object} Op what travels (data.md, wire version 1)
 * @property {string} op
 * @property {number} v
 * @property {string} day ISO date that the person saw
 * @property {Foot | null} foot
 * @property {Record<string, Value>} set
 * @property {string} entered_at
 * @property {string} zone
 * @property {string} device
 * @property {number | null} seen_rev
 * @property {boolean} recalled
 * @property {string | null} [undoes] the op that this one takes back
 */

/** @typedef {"waiting" | "sending" | "rejected"} State */
/** @typedef {{n?: number, state: State, tried: boolean, op: Op, error: Refusal | null}} Queued */
/** @typedef {Queued & {n: number}} Kept a record as it lies in the store */
/** @typedef {{put: Queued[], remove: number[]}} Change */

/**
 * @typedef {object} Answer what the server says of one op
 * @property {string | null} op
 * @property {"stored" | "known" | "rejected"} status
 * @property {number | null} rev
 * @property {import("./days.js").DayValues | null} day
 * @property {Superseded[]} superseded
 * @property {Refusal | null} error
 */
/** @typedef {{foot: Foot | null, field: string, value: unknown, device: string | null, entered_at: string}} Superseded */

/** @param {Op} op @param {string} field of its set @returns {string} what the op says there something about */
function about({ day, foot, set }, field) {
  const value = set[field];
  const thing = value !== null && typeof value === "object" && "id" in value ? value.id : "";
  return [day, foot ?? "", `${field}:${thing}`].join("|");
}

/** @param {Op} op @returns {string[]} */
const abouts = (op) => Object.keys(op.set).map((field) => about(op, field));

/** @param {Op} op @returns {string} what the op is about: the same twice means that the later one replaces the earlier */
const subject = (op) => abouts(op).sort().join("\n");

/** @param {Record<string, Value>} earlier @param {Record<string, Value>} later @returns {Record<string, Value>} */
function merged(earlier, later) {
  const set = { ...earlier };
  for (const [field, value] of Object.entries(later)) {
    const before = set[field];
    const both = [before, value].every((one) => one !== null && typeof one === "object" && "id" in one);
    // Of a dated thing each op sets some fields; one that takes it away stands for itself.
    const whole = both && !Object.hasOwn(/** @type {object} */ (value), "removed");
    set[field] = whole ? /** @type {Value} */ ({ .../** @type {object} */ (before), .../** @type {object} */ (value) }) : value;
  }
  return set;
}

/**
 * An op that an older build put into the queue, as this one tells it: the server may not take the older version any
 * more, and what waits has to go out all the same. Version 1 is the first, so there is nothing to rewrite yet.
 * @param {Op} op
 * @returns {Op}
 */
export const inThisVersion = (op) => ({ ...op, v: Math.max(op.v, WIRE_VERSION) });

/** @param {Op} op @returns {Queued} the record of an op that was just made */
export const queued = (op) => ({ state: "waiting", tried: false, op, error: null });

/**
 * Brings in ops from before, which the pages that they were tapped on could not: what was tapped later about the same is
 * the last word and stays it.
 * @param {readonly Kept[]} records
 * @param {readonly Queued[]} taps in the order in which they were tapped
 * @returns {Change}
 */
export function takeOver(records, taps) {
  const put = taps.flatMap((record, at) => {
    const { op } = record;
    if (records.some((one) => one.op.op === op.op)) return [];
    // In the same millisecond too: what the page before could not keep was tapped first.
    const after = [...records.filter((one) => one.op.entered_at >= op.entered_at), ...taps.slice(at + 1)];
    const later = new Set(after.flatMap((one) => abouts(one.op)));
    const left = Object.entries(op.set).filter(([field]) => !later.has(about(op, field)));
    return left.length > 0 ? [{ ...record, op: { ...op, set: Object.fromEntries(left) } }] : [];
  });
  return { put, remove: [] };
}

/**
 * Folds an op that was added last into what waits: an earlier one about the same thing that was never sent is
 * replaced; what was refused for the same thing is answered by the new one.
 * @param {readonly Kept[]} records
 * @param {string} opId
 * @returns {Change}
 */
export function fold(records, opId) {
  const record = records.find((one) => one.op.op === opId);
  // Sent and answered meanwhile by another page: there is nothing to fold any more.
  if (!record) return { put: [], remove: [] };
  const mine = subject(record.op);
  const same = records.filter((one) => one.n < record.n && subject(one.op) === mine);
  const answered = same.filter((one) => one.state === "rejected").map((one) => one.n);
  if (record.tried) return { put: [], remove: answered };
  const newest = same.findLast((one) => one.state !== "rejected");
  const replaced = newest && !newest.tried ? [newest.n] : [];
  const remove = [...answered, ...replaced];
  if (remove.length === 0) return { put: [], remove };
  // Of a dose that was refused for its amount, the new amount alone would say nothing.
  const set = same.filter((one) => remove.includes(one.n)).reduceRight((later, { op: earlier }) => merged(earlier.set, later), record.op.set);
  return { put: [{ ...record, op: { ...record.op, set } }], remove };
}

/**
 * Takes what is sent next. Whoever calls holds the lock, so what is still marked "sending" was left by a page that
 * was closed meanwhile.
 * @param {readonly Kept[]} records
 * @param {number} most
 * @returns {Change & {put: Kept[]}}
 */
export function take(records, most) {
  const next = records.filter((record) => record.state !== "rejected").slice(0, most);
  return { put: next.map((record) => ({ ...record, state: "sending", tried: true })), remove: [] };
}

/**
 * Applies the server's answers; a record of the batch without one waits again.
 * @param {readonly Kept[]} records
 * @param {ReadonlyMap<string, Answer>} answers by op id
 * @returns {Change}
 */
export function settle(records, answers) {
  const sent = records.filter((record) => record.state === "sending");
  /** @type {Change} */
  const change = { put: [], remove: [] };
  for (const record of sent) {
    const answer = answers.get(record.op.op);
    if (answer && answer.status !== "rejected") change.remove.push(record.n);
    else if (answer?.error && answer.error.field !== "v") change.put.push({ ...record, state: "rejected", error: answer.error });
    // Of an old version nothing is wrong with the entry: it goes out after the app was loaded again.
    else change.put.push({ ...record, state: "waiting" });
  }
  return change;
}

/**
 * Nothing came back that could be read: all that was sent waits again.
 * @param {readonly Kept[]} records
 * @returns {Change}
 */
export function release(records) {
  const sent = records.filter((record) => record.state === "sending");
  return { put: sent.map((record) => ({ ...record, state: "waiting" })), remove: [] };
}

/**
 * Lets go of one op: before it was sent, because the person took it back; or after it was refused.
 * @param {readonly Kept[]} records
 * @param {string} opId
 * @returns {Change}
 */
export function drop(records, opId) {
  const gone = records.filter((one) => one.op.op === opId && (one.state === "rejected" || (one.state === "waiting" && !one.tried)));
  return { put: [], remove: gone.map((record) => record.n) };
}

/** @param {readonly Kept[]} records */
export const count = (records) => ({
  unsent: records.filter((record) => record.state !== "rejected").length,
  rejected: records.filter((record) => record.state === "rejected").length,
});
