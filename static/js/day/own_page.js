/** What the phone's own pages have in common: the head of the day, and the feet. */
import { dayAfter, dayWords } from "../phone/clock.js";

/** @typedef {typeof import("../day.js").PARTS} Parts what day.js has anyway and hands over */

/** From midnight until this hour "today" may still mean yesterday for the person. */
export const NIGHT_ENDS = 4;

/** @param {string} name @returns {HTMLElement | null} */
export const part = (name) => document.querySelector(`[data-shell-${name}]`);

/** @param {string | undefined} feet hides the questions about a foot that does not hurt */
export function showFeet(feet) {
  for (const foot of ["right", "left"]) {
    const card = document.getElementById(`foot-${foot}`);
    if (card) card.hidden = feet !== undefined && feet !== "both" && feet !== foot;
  }
}

/** @param {string} day @param {string} today @param {{offline?: boolean}} [now] */
export function showHead(day, today, { offline = true } = {}) {
  const [words, note] = [part("words"), part("note")];
  if (words) words.textContent = dayWords(day, { weekday: "long", day: "numeric", month: "long" });
  if (note) {
    const relative = day === today ? note.dataset.today : day === dayAfter(today, -1) ? note.dataset.yesterday : "";
    note.textContent = [relative, offline ? note.dataset.offline : ""].filter(Boolean).join(" · ");
  }
  for (const step of document.querySelectorAll(/** @type {"a"} */ ("a[data-shell-step]"))) {
    const other = dayAfter(day, Number(step.dataset.shellStep));
    step.href = `/log/${other}`;
    step.hidden = other > today;
  }
}
