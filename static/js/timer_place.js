/**
 * Where a session was when its page was left without an answer, as by a call or a tap beside the timer: opened again in
 * the same tab, it goes on from there. It lies in the tab's own storage, for as long as somebody may still be at it, and
 * goes with the person who signs out.
 */

/** @typedef {import("./timer_steps.js").Run} Run */
/** @typedef {import("./timer_steps.js").Step} Step */
/**
 * @typedef {object} Place
 * @property {string} plan
 * @property {Run} run paused
 * @property {number} before sets of runs before this one
 * @property {number} told sets that the log was told already
 * @property {number} at when it was left, in ms of the clock on the wall
 */

const NAME = "timer-place";
export const KEPT_MS = 30 * 60_000;

/** @param {Place} place */
export function keepPlace(place) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(place));
  } catch {
    // The browser keeps nothing: the session begins anew.
  }
}

export function forgetPlace() {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // As above.
  }
}

/**
 * @param {string} plan
 * @param {readonly Step[]} steps of the session that is about to begin
 * @param {number} now in ms of the clock on the wall
 * @returns {Place | null} where the same session was left, null where it is another one or was left long ago
 */
export function keptPlace(plan, steps, now) {
  try {
    const place = /** @type {Place | null} */ (JSON.parse(sessionStorage.getItem(NAME) ?? "null"));
    forgetPlace();
    const same = place?.plan === plan && JSON.stringify(place.run.steps) === JSON.stringify(steps);
    return same && now >= place.at && now - place.at < KEPT_MS ? place : null;
  } catch {
    return null;
  }
}
