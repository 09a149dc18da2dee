/**
 * What labels state, in the words of `firststep/web/label_words.py`, for a phone without a connection: what is noted, what
 * the label says about it, whom to ask, and where it was read. Never what to do.
 */
import { findDrug } from "../label_facts.js";
import { dayWords } from "../phone/clock.js";

/** @typedef {import("../label_facts.js").Drug} Drug */
/** @typedef {import("../label_facts.js").LabelFact & Record<string, any>} Fact as the rules state it, each kind with its own fields */
/** @typedef {{noted: string, quoted: string, ask: string, source: string}} Note empty where nothing is quoted */
/** @typedef {{card: HTMLElement, form: HTMLFormElement, country: string}} Page the sentences, the names of the drugs, and the name of the person's country */
/** @typedef {(key: string, places?: Record<string, string | number>) => string} Say */
/** @typedef {{page: Page, country: string | null, drugs: Drug[], say: Say}} Reader */

const UNNAMED = "other";

/** @param {Fact} fact @param {Page} page @param {string | null} country @param {Drug[]} drugs @returns {Note} */
export function noteOf(fact, page, country, drugs) {
  /** @type {Say} */
  const say = (key, places = {}) => (page.card.getAttribute(`data-${key}`) ?? "").replace(/\{(\w+)\}/g, (_all, name) => String(places[name]));
  const reader = { page, country, drugs, say };
  const kind = KINDS[fact.kind];
  if (!kind) throw new Error(`no words for ${fact.kind}`);
  const { noted, quoted = "", ask = "", read = [] } = kind(fact, reader);
  return { noted, quoted, ask, source: sourceOf(read, say) };
}

/** @typedef {{noted: string, quoted?: string, ask?: string, read?: HTMLElement[]}} Said */
/** @type {Record<string, (fact: Fact, reader: Reader) => Said>} */
const KINDS = {
  two_nsaids({ products, for_heart }, reader) {
    const { say } = reader;
    const line = readIn(reader, for_heart ? "heart_aspirin" : "another_nsaid", true);
    const text = line.querySelector("q")?.textContent ?? "";
    return {
      noted: say("two-nsaids", { drugs: namesOf(products, reader) }),
      quoted: say("line-says", { country: line.dataset.name ?? "", text }),
      ask: say("ask-pharmacist"),
      read: [line],
    };
  },
  above_label(fact, reader) {
    const { say, page } = reader;
    return {
      noted: `${amountOf(fact, reader)} ${say("not-counted")}`,
      quoted: say("label-amount", { country: page.country, most: number(fact.most_mg) }),
      ask: say("ask-pharmacist"),
      read: [readIn(reader, fact.product)],
    };
  },
  above_prescription(fact, reader) {
    const { say } = reader;
    return { noted: amountOf(fact, reader), quoted: say("own-amount", { most: number(fact.most_mg) }), ask: say("ask-prescriber") };
  },
  days_in_a_row(fact, reader) {
    const { say } = reader;
    const [drug, days] = [namesOf(fact.products, reader), fact.most_days];
    return { noted: fact.group === "topical_nsaid" ? say("gel-in-a-row", { drug, days }) : say("oral-in-a-row", { days }), ...besideDays(fact, reader) };
  },
  days_of_14: (fact, reader) => ({ noted: reader.say("days-of-14", { days: fact.days }), ...besideDays(fact, reader) }),
  no_limit_known: (fact, reader) => ({ noted: `${unknown(fact, reader)} ${reader.say("leaflet")}` }),
};

/** @param {Fact} fact @param {Reader} reader */
function besideDays({ products, most_days: days }, reader) {
  const { say, page } = reader;
  return {
    quoted: say("label-days", { drugs: namesOf(products, reader), country: page.country, days }),
    ask: say("ask-pharmacist"),
    read: products.map((/** @type {string} */ product) => readIn(reader, product)),
  };
}

/** @param {Fact} fact @param {Reader} reader */
function unknown({ product, because }, { page, country, drugs, say }) {
  if (product === UNNAMED) return say("unknown-unnamed");
  const drug = nameOf(product, page.form, drugs);
  if (because === "drug") return say("unknown-drug", { drug });
  return country === null ? say("unknown-no-country", { drug }) : say("unknown-country", { drug, country: page.country });
}

/** @param {Fact} fact @param {Reader} reader */
function amountOf({ product, total_mg, converted, at_least }, { page, drugs, say }) {
  const key = `amount${converted ? "-converted" : ""}${at_least ? "-at-least" : ""}`;
  return say(key, { drug: nameOf(product, page.form, drugs), total: number(total_mg) });
}

/** @returns {string | undefined} */
const language = () => document.documentElement.lang || undefined;

/** @param {number} mg */
const number = (mg) => new Intl.NumberFormat(language()).format(mg);

/** @param {string[]} products @param {Reader} reader */
const namesOf = (products, { page, drugs }) => new Intl.ListFormat(language()).format(products.map((product) => nameOf(product, page.form, drugs)));

/** @param {string} product @param {HTMLFormElement} form whose choices name the drugs @param {Drug[]} drugs */
function nameOf(product, form, drugs) {
  const drug = findDrug(product, "oral", drugs);
  const option = [...form.querySelectorAll("option")].find((one) => one.value === drug?.id);
  return option?.textContent ?? product;
}

/**
 * @param {Reader} reader
 * @param {string} about a drug, or a sentence of labels
 * @param {boolean} [elsewhere] whether another country's does where the person's has none: the page names the country
 * @returns {HTMLElement}
 */
function readIn({ page, country }, about, elsewhere = false) {
  const content = page.card.querySelector("template")?.content;
  const every = [.../** @type {NodeListOf<HTMLElement>} */ (content?.querySelectorAll(`[data-about="${CSS.escape(about.replaceAll(" ", "-"))}"]`) ?? [])];
  const found = every.find((one) => one.dataset.country === country) ?? (elsewhere ? every[0] : undefined);
  if (!found) throw new Error(`no label of ${about} in ${country}`);
  return found;
}

/** @param {HTMLElement[]} read @param {Say} say */
function sourceOf(read, say) {
  if (read.length === 0) return "";
  const source = [...new Set(read.map((one) => one.querySelector("cite")?.textContent ?? ""))].join("; ");
  const checked = read.map((one) => one.dataset.checked ?? "").sort()[0] ?? "";
  return say("source", { source, day: dayWords(checked, { dateStyle: "long" }) });
}
