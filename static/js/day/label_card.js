/** The card about labels on the phone's own log, from the doses that the phone keeps and those that wait. */
import { findDrug } from "../label_facts.js";
import { dayAfter, momentOf } from "../phone/clock.js";

/** @typedef {import("../label_facts.js").Asked} Asked */
/** @typedef {import("../label_facts.js").Drug} Drug */
/** @typedef {import("../label_facts.js").NotedDose} NotedDose */
/** @typedef {import("../phone/days.js").AnyDay} AnyDay */
/** @typedef {import("../phone/days.js").Thing} Thing */
/** @typedef {import("../phone/phone.js").Phone} Phone */
/** @typedef {import("./label_notes.js").Note} Note */
/** @typedef {{form: HTMLFormElement, day: string, drugs: Drug[], notesOf: (asked: Asked, page: import("./label_notes.js").Page) => Note[]}} Given */

/** The days that the rules look at, as in `firststep/clinical/nsaids/label_facts.py`. */
const DAYS_READ = 22;
const UNNAMED = "other";

/** Hooks: [data-shell-labels] with its sentences and a template of what was read. @param {Phone} phone @param {Given} given */
export async function fillCard(phone, { form, day, drugs, notesOf }) {
  const card = /** @type {HTMLElement | null} */ (document.querySelector("[data-shell-labels]"));
  const [first, zone, told] = await Promise.all(["first", "zone", "label_country"].map((name) => phone.store.get(name)));
  const country = /** @type {{code: string | null, name: string} | undefined} */ (told);
  // Of a day long ago the phone keeps too little of what came before.
  if (!card || !country || dayAfter(day, 1 - DAYS_READ) < String(first ?? "9999")) return;
  // The day after too: whoever flew over the date line noted there what was taken some hours ago.
  const days = await phone.daysShown(Array.from({ length: DAYS_READ + 1 }, (_one, back) => dayAfter(day, 1 - back)));
  const asked = {
    doses: days.flatMap((one) => (one.events.dose ?? []).map((dose) => noted(dose, one.day, String(zone), drugs))),
    nsaid_days: days.filter(answeredYes).map((one) => one.day),
    country: country.code,
    today: day,
  };
  draw(card, notesOf(asked, { card, form, country: country.name }), country.name);
}

/** @param {AnyDay} values @returns {boolean} also where a dose waits without a name, which the server takes for a yes */
function answeredYes({ nsaid_taken, events }) {
  return nsaid_taken === true || ((nsaid_taken ?? null) === null && (events.dose ?? []).some((dose) => dose.choice === UNNAMED));
}

/**
 * @param {Thing} dose as the server told it, or with the choice and the time of day that wait to be sent
 * @param {string} day
 * @param {string} zone
 * @param {Drug[]} drugs
 * @returns {NotedDose}
 */
function noted(dose, day, zone, drugs) {
  const { product, form } = "choice" in dose ? chosen(String(dose.choice), drugs) : dose;
  const moment = "time" in dose ? dose.time && momentOf(day, String(dose.time), zone) : dose.taken_at;
  return {
    day,
    product: String(product),
    form: String(form),
    taken_at: moment ? String(moment) : null,
    dose_mg: amount(dose.dose_mg),
    prescribed: dose.prescribed === true,
    prescribed_most_mg: amount(dose.prescribed_most_mg),
    for_heart: dose.for_heart === true,
  };
}

/** @param {unknown} mg @returns {number | null} null too for what cannot be read, which the server refuses */
const amount = (mg) => (typeof mg === "number" ? mg : null);

/** @param {string} choice @param {Drug[]} drugs @returns {{product: string, form: string}} as the server stores it */
function chosen(choice, drugs) {
  if (choice === UNNAMED) return { product: UNNAMED, form: "oral" };
  const drug = findDrug(choice, "oral", drugs);
  return drug ? { product: drug.id, form: drug.form } : { product: choice, form: "other" };
}

/** @param {HTMLElement} card @param {Note[]} notes @param {string} country */
function draw(card, notes, country) {
  const [list, sources] = card.querySelectorAll("ul");
  const [more, line] = [card.querySelector("details"), /** @type {HTMLElement | null} */ (card.querySelector("[data-words]"))];
  if (!list || !sources || !more || !line) return;
  list.replaceChildren(...notes.map(drawNote));
  const named = [...new Set(notes.map((note) => note.source).filter((source) => source !== ""))];
  sources.replaceChildren(...named.map((source) => element("li", source)));
  more.hidden = named.length === 0;
  line.textContent = (line.dataset.words ?? "").replace("{country}", country);
  card.hidden = notes.length === 0;
}

/** @param {Note} note */
function drawNote({ noted: said, quoted, ask }) {
  const [item, first] = [element("li", ""), element("p", said)];
  item.className = "label-note";
  first.className = "label-note__noted";
  item.append(first, ...(quoted ? [element("p", `${quoted} ${ask}`)] : []));
  return item;
}

/** @param {string} name @param {string} text */
const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });
