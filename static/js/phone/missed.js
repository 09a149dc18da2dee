/** Which recent days are asked about because nothing was entered: the same rule as firststep/services/missed_days.py. */
import { dayAfter } from "./clock.js";

/** Under this name lies what was answered without a connection; "left_empty_until" is what the server knows. */
export const LEFT_HERE = "left_empty_here";

/** @typedef {{first: string, last: string | null}} PauseDays without a last day the pause goes on */

/** @param {PauseDays} pause @param {string} day */
const holds = ({ first, last }, day) => first <= day && (last === null || day <= last);

/**
 * @param {readonly string[]} logged of the strip of recent days, in any order
 * @param {string} today
 * @param {string} leftUntil up to which day the person leaves them empty; "" for none
 * @param {readonly PauseDays[]} [pauses] whose days are not missed
 * @returns {string[]} the empty days between the last logged one before today and today, the oldest first
 */
export function missedDays(logged, today, leftUntil, pauses = []) {
  const last = logged.filter((day) => day < today).sort().at(-1);
  if (!last) return [];
  const missed = [];
  for (let day = dayAfter(last > leftUntil ? last : leftUntil, 1); day < today; day = dayAfter(day, 1)) missed.push(day);
  return missed.filter((one) => !pauses.some((pause) => holds(pause, one)));
}
