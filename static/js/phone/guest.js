/** The guest of this phone: somebody who tries, or tried, the log without an account. */
import { deleteStore, openStore } from "./stores.js";
import { dropTaps, takeOverTaps } from "./taps.js";
import { guestThere, noteGuest } from "./whose.js";

/** Stands where an account's name on this phone stands otherwise; no account has such a name. */
export const GUEST = "guest";

/** What the script that is fetched where there was a guest is handed over, so that it does not bring the same again. */
export const PARTS = { forgetGuest, openGuest };

/** @returns {Promise<import("./stores.js").Store>} what was tried on this phone */
async function openGuest() {
  const store = await openStore(GUEST);
  await takeOverTaps(GUEST, store);
  return store;
}

/** Takes everything that was tried off this phone. */
export async function forgetGuest() {
  dropTaps(GUEST);
  await deleteStore(GUEST);
  await noteGuest(false);
}

/**
 * Somebody tried the log on this phone, perhaps the one who is signed in now.
 * @param {import("./phone.js").Phone} phone
 * @param {import("../day/form.js").DayForm | null} day the day's form, null on the page of the first questions
 */
export async function meetGuest(phone, day) {
  if (!(await guestThere())) return;
  const adopting = /** @type {typeof import("../day/adopt.js")} */ (await import(__ADOPT_JS__));
  // Of two pages one asks.
  await navigator.locks?.request("firststep-guest", { ifAvailable: true }, async (lock) => lock && adopting.meetGuest(phone, day, PARTS));
}
