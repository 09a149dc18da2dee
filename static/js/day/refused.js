/** What the server did not take: kept on the phone with its reason, until it is mended or let go. */
import { dayWords } from "../phone/clock.js";
import { inputNameOf, partsOf } from "./fields.js";

/** @typedef {import("../phone/queue.js").Kept} Kept */

/**
 * Hooks: [data-refused] with its words and the names of dated things; it holds one line per entry and is hidden without any.
 * @param {import("../phone/phone.js").Phone} phone
 * @param {HTMLFormElement | null} form whose labels name the fields
 */
export async function listRefused(phone, form) {
  const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-refused]"));
  const list = place?.querySelector("ul");
  if (!place || !list) return;
  const refused = (await phone.store.records()).filter((record) => record.state === "rejected");
  place.hidden = refused.length === 0;
  const shown = refused.map((record) => record.op.op).join(" ");
  if (list.dataset.shown === shown) return;
  list.dataset.shown = shown;
  list.replaceChildren(...refused.map((record) => lineOf(record, place, form, phone)));
}

/** @param {Kept} record @param {HTMLElement} place @param {HTMLFormElement | null} form @param {import("../phone/phone.js").Phone} phone */
function lineOf({ op, error }, place, form, phone) {
  const line = document.createElement("li");
  const link = document.createElement("a");
  const named = Object.keys(op.set).map((field) => place.dataset[field]);
  // A dated thing goes back into its form (happening.js).
  const href = named[0] ? `/events/new/${Object.keys(op.set)[0]}#refused=${op.op}` : `/log/${op.day}`;
  Object.assign(link, { href, textContent: dayWords(op.day, { weekday: "short", day: "numeric", month: "short", year: named[0] ? "numeric" : undefined }) });
  const names = Object.keys(op.set).map((field, at) => named[at] ?? labelOf(form, inputNameOf(error?.field ?? field, op.foot)));
  const typed = Object.values(op.set).map(typedWords).filter((words) => words !== "");
  const words = document.createElement("span");
  words.textContent = `: ${names.join(", ")}${typed.length > 0 ? ` “${typed.join(", ")}”` : ""}. ${error?.message ?? ""} `;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button button--plain", textContent: place.dataset.discard });
  button.addEventListener("click", () => void phone.takeBack(op.op));
  line.append(link, words, button);
  return line;
}

/** @param {unknown} value @returns {string} */
function typedWords(value) {
  if (value === null || value === undefined || typeof value === "boolean") return "";
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "object") {
    const { choice, note } = /** @type {{choice?: unknown, note?: unknown}} */ (value);
    return typedWords(choice ?? note);
  }
  const text = String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** @param {HTMLFormElement | null} form @param {string} name @returns {string} what the field is called on the page */
function labelOf(form, name) {
  const label = form?.querySelector(`#${CSS.escape(name)}-label, label[for="${CSS.escape(name)}"]`);
  return label?.firstChild?.textContent?.trim() ?? partsOf(name).field;
}
