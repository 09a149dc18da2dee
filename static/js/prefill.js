/**
 * Answers that a link brings in the end of the log's address, which no server sees: the timer's.
 *
 * A tap at the timer is an answer like a tap on the log: it leaves a word in the tab that its link repeats, and is
 * taken once. A link from elsewhere knows no word: what it brings is filled in and nothing is saved before the person
 * saves, or answers something on the form.
 */
import { hasWord, spendWord } from "./timer_word.js";

/**
 * @param {string} shown what the field holds
 * @param {string} told a value; "+2" adds to the number that is there
 */
export function filledIn(shown, told) {
  const more = /^\+([0-9]{1,3})$/.exec(told);
  return more ? String((/^[0-9]{1,3}$/.test(shown) ? Number(shown) : 0) + Number(more[1])) : told;
}

/**
 * @param {string} hash the end of an address; without values it names a place on the page
 * @param {readonly string[]} names of the fields that a link may fill in
 * @returns {[string, string][]}
 */
export const toldBy = (hash, names) =>
  [...new URLSearchParams(hash.slice(1))].filter(([name, value]) => value !== "" && names.includes(name));

/** @param {HTMLFormElement} form @param {string} name @param {string} told @returns {HTMLInputElement | null} what was filled in */
function fillIn(form, name, told) {
  const field = form.elements.namedItem(name);
  if (field instanceof RadioNodeList) {
    const radio = [...field].find((one) => one instanceof HTMLInputElement && one.type === "radio" && one.value === told);
    if (!(radio instanceof HTMLInputElement)) return null;
    radio.checked = true;
    return radio;
  }
  if (!(field instanceof HTMLInputElement) || field.type !== "text") return null;
  field.value = filledIn(field.value, told);
  return field;
}

/** Going back or loading again does not bring it again. */
const forgetEnd = () => history.replaceState(history.state, "", location.pathname + location.search);

/** @param {HTMLFormElement} form @returns {HTMLInputElement[]} what was filled in of the address */
const fillFromAddress = (form) =>
  toldBy(location.hash, (form.dataset.fills ?? "").split("|"))
    .map(([name, value]) => fillIn(form, name, value))
    .filter((field) => field !== null);

/**
 * Enters what the person tapped at the timer, as one entry; sets are added to those that the form shows by now.
 * @param {import("./day/form.js").DayForm} day
 */
export function takeFromTimer(day) {
  if (!spendWord(location.hash)) return;
  const fields = fillFromAddress(day.form);
  forgetEnd();
  day.takeTogether(fields);
}

/** Fills in what the address brought, once, unless the person tapped it at the timer: that is taken with the form. */
export function prefill() {
  // At night a page in between asks for the day.
  for (const link of document.querySelectorAll(/** @type {"a"} */ ("a[data-keeps-end]"))) link.hash = location.hash;
  const form = document.querySelector("form[data-log]");
  if (!(form instanceof HTMLFormElement) || hasWord(location.hash)) return;
  const filled = fillFromAddress(form);
  if (filled.length === 0) return;
  // What the phone knows of the day does not replace them, see day/form.js.
  for (const field of filled) field.dataset.filled = "yes";
  forgetEnd();
  const answer = () => {
    for (const type of ["change", "submit"]) document.removeEventListener(type, answer, { capture: true });
    for (const field of filled) {
      delete field.dataset.filled;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
  for (const type of ["change", "submit"]) document.addEventListener(type, answer, { capture: true });
  offerSave(form);
}

/** @param {HTMLFormElement} form says that something is filled in and not saved, and shows the Save button */
function offerSave(form) {
  const line = /** @type {HTMLElement | null} */ (document.querySelector("[data-log-status]"));
  if (line) Object.assign(line, { textContent: line.dataset.unsaved ?? "" }).dataset.state = "unsaved";
  form.querySelector("[data-log-save]")?.setAttribute("data-log-save", "offered");
}
