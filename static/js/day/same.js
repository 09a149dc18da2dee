/** "Same as yesterday" for stretching and NSAID, in one tap; never for pain. */
import { dayAfter } from "../phone/clock.js";

/** @typedef {import("../phone/queue.js").Value} Value */

/** What is asked again, and with which more that goes along. */
const ASKED = ["stretch_done", "nsaid_taken"];
const WITH = { stretch_done: ["stretch_minutes", "stretch_sets"], nsaid_taken: [] };

/**
 * @param {Record<string, unknown>} today
 * @param {Record<string, unknown>} yesterday
 * @returns {Record<string, Value>} what to enter: the answers that today lacks and yesterday had
 */
export function sameAs(today, yesterday) {
  /** @type {Record<string, Value>} */
  const set = {};
  for (const field of /** @type {(keyof typeof WITH)[]} */ (ASKED)) {
    if ((today[field] ?? null) !== null || (yesterday[field] ?? null) === null) continue;
    for (const name of [field, ...WITH[field]]) {
      const value = yesterday[name] ?? null;
      if (value !== null) set[name] = /** @type {Value} */ (value);
    }
  }
  return set;
}

/**
 * Hooks: button[data-same] with its words; it is shown while there is something to say.
 * @param {import("./form.js").DayForm} day
 */
export async function offerSame(day) {
  const button = day.form.querySelector("button[data-same]");
  if (!(button instanceof HTMLButtonElement)) return;
  const set = await offered(day);
  button.hidden = Object.keys(set).length === 0;
  const answers = ASKED.filter((field) => field in set).map((field) => answerWords(day.form, field, set[field]));
  button.textContent = (button.dataset.words ?? "").replace("{answers}", answers.join(", "));
  if (button.dataset.watched) return;
  button.dataset.watched = "yes";
  button.addEventListener("click", async () => {
    button.hidden = true;
    await day.keep({ foot: null, set: await offered(day) });
    await day.fill();
  });
}

/** @param {import("./form.js").DayForm} day */
async function offered(day) {
  const [today, yesterday] = await day.phone.daysShown([day.day, dayAfter(day.day, -1)]);
  return today && yesterday ? sameAs(today, yesterday) : {};
}

/** @param {HTMLFormElement} form @param {string} field @param {Value | undefined} value @returns {string} in the words of the page */
function answerWords(form, field, value) {
  const chosen = form.querySelector(`[name="${field}"][value="${value ? "yes" : "no"}"]`);
  const label = form.querySelector(`#${field}-label`)?.textContent ?? field;
  return `${label}: ${chosen?.parentElement?.textContent?.trim() ?? ""}`;
}
