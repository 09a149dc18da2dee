/**
 * The doses of a day as the phone tells them without the server: each with the ways to correct it and to take it away,
 * and the last one, to be noted again.
 */
import { dayAfter, timeOn } from "../phone/clock.js";

/** @typedef {import("../phone/days.js").Thing} Thing */
/** @typedef {import("./form.js").DayForm} DayForm */
/** @typedef {import("./form.js").NotedInputs} NotedInputs */
/** @typedef {Thing & {at: string}} Timed a dose with its time of day, "07:30", empty where none is noted */

/** How far back the last dose is looked for; the phone keeps some days more. */
const DAYS_BACK = 28;
const OTHER = "other";

/** Hooks: [data-shell-doses] with its words. @param {DayForm} page */
export async function listDoses(page) {
  const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-shell-doses]"));
  const list = place?.querySelector("ul");
  if (!place || !list) return;
  const doses = await dosesOf(page);
  place.hidden = doses.length === 0;
  list.replaceChildren(...doses.map((dose) => lineOf(dose, page, place)));
}

/** @param {DayForm} page @returns {Promise<Timed[]>} the doses of its day */
const dosesOf = async ({ phone, day }) => timed(await phone.dayShown(day), await phone.store.get("zone"));

/** @param {import("../phone/days.js").AnyDay} values @param {unknown} zone @returns {Timed[]} those with a time of day first, as the server has them */
function timed({ day, events }, zone) {
  const here = String(zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const doses = (events.dose ?? []).map((dose) => ({ ...dose, at: timeOf(dose, day, here) }));
  const order = (/** @type {{at: string}} */ { at }) => (at === "" ? Infinity : Number(at.slice(0, 5).replace(":", "")));
  return doses.sort((one, other) => (order(one) === order(other) ? 0 : order(one) - order(other)));
}

/** @param {Thing} dose @param {string} day @param {string} zone @returns {string} "07:30"; empty where none is noted */
function timeOf(dose, day, zone) {
  if ("time" in dose) return String(dose.time ?? "");
  return dose.taken_at ? timeOn(String(dose.taken_at), day, zone) : "";
}

/** @param {Timed} dose @param {DayForm} page @param {HTMLElement} place */
function lineOf(dose, page, { dataset }) {
  const [line, said] = [document.createElement("li"), document.createElement("span")];
  const more = [dose.at, dose.prescribed === true ? dataset.prescribed : "", dose.for_heart === true ? dataset.for_heart : ""];
  const words = [doseWords(dose, page.form, dataset.unit ?? ""), ...more].filter(Boolean).join(", ");
  const [change, remove] = [buttonOf(dataset.change, words), buttonOf(dataset.remove, words)];
  line.className = "noted-dose";
  said.textContent = words;
  change.addEventListener("click", () => page.beginDose(inputsOf(dose, page.form)));
  remove.dataset.removeDose = dose.id;
  line.append(said, change, remove);
  return line;
}

/** @param {string | undefined} label @param {string} words of what it is about */
function buttonOf(label, words) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button button--plain", textContent: label ?? "" });
  button.setAttribute("aria-label", `${label}: ${words}`);
  return button;
}

/** @param {Thing} dose @param {HTMLFormElement} form @param {string} unit */
function doseWords(dose, form, unit) {
  const language = document.documentElement.lang || undefined;
  const amount = typeof dose.dose_mg === "number" ? `${dose.dose_mg.toLocaleString(language)} ${unit}` : "";
  return [choiceOf(dose, form)?.textContent ?? nameOf(dose), amount].filter((part) => part !== "").join(", ");
}

/** @param {Thing} dose @returns {string} the drug as it was chosen or typed */
const nameOf = (dose) => String(dose.choice ?? dose.product ?? "");

/** @param {Thing} dose @param {HTMLFormElement} form @returns {HTMLOptionElement | undefined} the choice that it is one of */
function choiceOf(dose, form) {
  const name = nameOf(dose);
  // Amounts are options too, and somebody may have typed "400" as the name.
  return [...form.querySelectorAll(/** @type {"option"} */ ('[name="dose_product"] option'))].find((one) => one.value !== "" && (one.value === name || one.value === `${name} ${String(dose.form)}`));
}

/** @param {Timed} dose @param {HTMLFormElement} form @returns {NotedInputs} */
function inputsOf(dose, form) {
  const choice = choiceOf(dose, form)?.value;
  const texts = {
    dose_product: choice ?? OTHER,
    dose_name: choice === undefined ? nameOf(dose) : "",
    dose_mg: String(dose.dose_mg ?? ""),
    dose_time: dose.at,
    dose_prescribed: dose.prescribed === true ? "y" : "",
    dose_most_mg: String(dose.prescribed_most_mg ?? ""),
    dose_heart: dose.for_heart === true ? "y" : "",
  };
  return { id: dose.id, texts };
}

/** Shows one dose in the inputs, to be corrected. @param {DayForm} page @param {string} id */
export async function changeDose(page, id) {
  const dose = (await dosesOf(page)).find((one) => one.id === id);
  if (dose) page.beginDose(inputsOf(dose, page.form));
}

/** Offers the last dose once more. Hooks: button[data-again] with its words. @param {DayForm} page */
export async function offerAgain({ phone, form, day }) {
  const button = /** @type {HTMLElement | null} */ (form.querySelector("button[data-again][data-words]"));
  if (!button) return;
  const days = Array.from({ length: DAYS_BACK }, (_one, back) => dayAfter(day, -back));
  const newest = (await phone.daysShown(days)).find(({ events }) => (events.dose ?? []).length > 0);
  const doses = newest ? timed(newest, await phone.store.get("zone")) : [];
  // The server, too, takes one with a time for later than one without.
  const last = doses.findLast((dose) => dose.at !== "") ?? doses.at(-1);
  button.hidden = last === undefined;
  if (last === undefined) return;
  // When it was taken is not known.
  const { id: _id, time: _time, taken_at: _moment, at: _at, ...same } = last;
  button.dataset.again = JSON.stringify(same);
  const unit = /** @type {HTMLElement | null} */ (document.querySelector("[data-shell-doses]"))?.dataset.unit ?? "";
  button.textContent = (button.dataset.words ?? "").replace("{dose}", doseWords(last, form, unit));
}
