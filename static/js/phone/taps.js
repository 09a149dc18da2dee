/**
 * What was tapped and is not in the browser's database yet. A page that is left takes its open transactions with it,
 * even one that was just committed (seen in Chromium 156); a word in localStorage stands from the moment of the tap,
 * for the milliseconds until the database has the entry.
 */
import { fold, takeOver } from "./queue.js";

/** @typedef {import("./queue.js").Queued} Queued */

/** @param {string} user */
const begin = (user) => `firststep-tap-${user}-`;

/** @param {string} user @param {Queued} record */
export function noteTap(user, record) {
  try {
    localStorage.setItem(begin(user) + record.op.op, JSON.stringify(record));
  } catch {
    // The browser keeps nothing: the database alone has it, or the page.
  }
}

/** @param {string} user @param {string} opId which the database has now */
export function dropTap(user, opId) {
  try {
    localStorage.removeItem(begin(user) + opId);
  } catch {
    // As above.
  }
}

/** @param {string} user @returns {Queued[]} in the order in which they were tapped */
function notedTaps(user) {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(begin(user)));
    const taps = names.map((name) => /** @type {Queued} */ (JSON.parse(localStorage.getItem(name) ?? "")));
    return taps.sort((one, other) => one.op.entered_at.localeCompare(other.op.entered_at));
  } catch {
    return [];
  }
}

/**
 * Brings into the database what a page that was left could not.
 * @param {string} user
 * @param {import("./stores.js").Store} store
 * @param {ReadonlySet<string>} [own] ids of what this page itself is about to keep
 */
export async function takeOverTaps(user, store, own = new Set()) {
  const left = () => notedTaps(user).filter(({ op }) => !own.has(op.op));
  if (left().length === 0) return;
  /** @type {Queued[]} */
  let taken = [];
  await store.change((records) => {
    // Asked again here: before this transaction's turn came, the page of a tap may have kept it and gone on to the next,
    // and a tap that was replaced and sent since must not come back after it.
    taken = left();
    return takeOver(records, taken);
  });
  for (const { op } of taken) {
    dropTap(user, op.op);
    await store.change((records) => fold(records, op.op));
  }
}

/** @param {string} user */
export const dropTaps = (user) => notedTaps(user).forEach(({ op }) => dropTap(user, op.op));
