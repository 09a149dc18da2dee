/** What the plan of stretching asks for on the day of the phone's own page, in the words that the server handed over. */
import { part } from "./own_page.js";

/** @typedef {{words: string, timer: string}} PlanNote ``timer`` is the address of its timer, empty on a day that needs none */

/**
 * Hooks: #stretch_done, the question that the plan is about, and [data-shell-timer].
 * @param {import("../phone/phone.js").Phone} phone
 * @param {string} day
 */
export async function showPlan(phone, day) {
  const told = /** @type {Record<string, PlanNote> | undefined} */ (await phone.store.get("plan_notes"));
  const [first, last] = await Promise.all(["first", "last"].map((name) => phone.store.get(name)));
  const [question, way] = [document.getElementById("stretch_done"), part("timer")];
  // Of a day that the server told nothing about, nobody knows whether there is a plan: the timer stands there for everybody.
  if (!told || !question || !way || day < String(first) || day > String(last)) return;
  const { words, timer } = told[day] ?? { words: "", timer: "" };
  way.hidden = timer === "";
  way.querySelector("a")?.setAttribute("href", timer);
  way.querySelector("span")?.replaceChildren(`: ${words}`);
  if (words === "") return;
  const line = document.createElement("p");
  Object.assign(line, { id: "stretch_done-hint", className: "field__hint", textContent: words });
  question.querySelector(".segments__label")?.after(line);
  question.setAttribute("aria-describedby", line.id);
}
