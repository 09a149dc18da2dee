/** The script of the label facts, with the drugs that this build was made with: shell.js fetches it when it is needed. */
import { fillCard } from "./day/label_card.js";
import { noteOf } from "./day/label_notes.js";
import { labelFacts } from "./label_facts.js";

/** @type {import("./label_facts.js").Drug[]} */
const DRUGS = __DRUGS__;

/**
 * @param {import("./label_facts.js").Asked} asked
 * @param {import("./day/label_notes.js").Page} page
 * @returns {import("./day/label_notes.js").Note[]} what is to be said about the day
 */
export const labelNotes = (asked, page) => labelFacts(asked, DRUGS).map((fact) => noteOf(fact, page, asked.country, DRUGS));

/** @param {import("./phone/phone.js").Phone} phone @param {HTMLFormElement} form @param {string} day */
export const drawLabels = (phone, form, day) => fillCard(phone, { form, day, drugs: DRUGS, notesOf: labelNotes });
