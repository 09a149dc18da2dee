/**
 * What labels state about a person's own doses: the rules of `firststep/clinical/nsaids/label_facts.py`, where they
 * are defined and explained, for a phone without a connection. Both answer `tests/data/label_facts.json` alike.
 *
 * Amounts of one ingredient are compared as whole numbers: each is multiplied by what all products divide.
 */

/** @typedef {{country: string, most_mg_in_24_hours: number | null, most_days_in_a_row: number | null}} Label */
/**
 * @typedef {object} Drug
 * @property {string} id
 * @property {string} ingredient
 * @property {string} name
 * @property {string[]} also_called
 * @property {"oral_nsaid" | "topical_nsaid" | "not_nsaid"} group
 * @property {"oral" | "gel"} form
 * @property {number} salt_mg
 * @property {number} base_mg
 * @property {Label[]} labels
 */
/**
 * A dose as it was noted; what is missing or null was not recorded.
 * @typedef {object} NotedDose
 * @property {string} day local day, "2026-11-23"
 * @property {string} product
 * @property {string | null} [taken_at] moment with its zone
 * @property {number | null} [dose_mg]
 * @property {string} [form]
 * @property {boolean} [prescribed]
 * @property {number | null} [prescribed_most_mg]
 * @property {boolean} [for_heart]
 */
/** @typedef {{doses: NotedDose[], nsaid_days: string[], country: string | null, today: string}} Asked */
/** @typedef {{kind: string} & Record<string, unknown>} LabelFact */
/** @typedef {{dose: NotedDose, drug: Drug | null, heart: boolean, at: number | null}} Known */
/** @typedef {{key: string, reference: Drug, most: number, total: number, atLeast: boolean, converted: boolean}} Sum */

const DAY_MS = 86_400_000;
const LAST_DAYS = 14;
const MOST_HEART_ASPIRIN_MG = 100;
const UNNAMED = "other";

/** @param {string} a @param {string} b */
const inOrder = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** @param {string} day @param {number} back @returns {string} the day so many days before */
const before = (day, back) => new Date(Date.parse(`${day}T00:00:00Z`) - back * DAY_MS).toISOString().slice(0, 10);

/** @param {Iterable<string>} names @returns {string[]} */
const sortedOnce = (names) => [...new Set(names)].sort(inOrder);

/** @param {Drug} one @param {Drug} other */
const alike = (one, other) => one.ingredient === other.ingredient && one.group === other.group;

/** @param {Drug} drug @param {string | null} country */
const labelIn = (drug, country) => drug.labels.find((label) => label.country === country);

/**
 * @param {Asked} asked
 * @param {Drug[]} drugs
 * @returns {LabelFact[]} what is to be said about the day, in the order of the rules
 */
export function labelFacts(asked, drugs) {
  const known = recognised(asked, drugs);
  return [
    ...twoNsaids(known, asked),
    ...above(known, asked, drugs),
    ...days(known, asked, drugs),
    ...gelDays(known, asked, drugs),
    ...withoutLimit(known, asked, drugs),
  ];
}

/**
 * @param {string} product
 * @param {string} form
 * @param {Drug[]} drugs
 * @returns {Drug | null}
 */
export function findDrug(product, form, drugs) {
  const name = product.replace(/^[\s\x1c-\x1f\x85]+|[\s\x1c-\x1f\x85]+$/g, "").toLowerCase();
  const named = drugs.find(
    (drug) => drug.id === name || drug.name.toLowerCase() === name || drug.also_called.includes(name),
  );
  if (!named) return null;
  if (form === "gel") {
    return drugs.find((drug) => drug.form === "gel" && drug.ingredient === named.ingredient) ?? null;
  }
  return form === named.form || named.form === "gel" ? named : null;
}

/** @param {Asked} asked @param {Drug[]} drugs @returns {Known[]} */
function recognised({ doses, today }, drugs) {
  const found = doses
    .filter((dose) => dose.day <= today || dose.taken_at)
    .map((dose) => ({ dose, drug: findDrug(dose.product, dose.form ?? "oral", drugs) }));
  const aspirin = found.filter(({ drug }) => drug?.ingredient === "aspirin");
  /** @param {string} day */
  const isLow = (day) => {
    const amounts = aspirin.filter(({ dose }) => dose.day === day).map(({ dose }) => dose.dose_mg ?? Infinity);
    return amounts.reduce((sum, mg) => sum + tenths(mg), 0) <= tenths(MOST_HEART_ASPIRIN_MG);
  };
  return found.map(({ dose, drug }) => ({
    dose,
    drug,
    heart: Boolean(dose.for_heart) && drug?.ingredient === "aspirin" && isLow(dose.day),
    at: dose.taken_at ? Date.parse(dose.taken_at) : null,
  }));
}

/** @param {Known[]} known @param {string} today @returns {{last: Known, window: Known[]}[]} */
function windows(known, today) {
  return known
    .filter((one) => one.dose.day === today)
    .map((last) => ({ last, window: known.filter((one) => within(one, last)) }));
}

/** @param {Known} one @param {Known} last */
function within(one, last) {
  if (one.at === null || last.at === null) return one.dose.day === last.dose.day;
  return last.at - one.at >= 0 && last.at - one.at < DAY_MS;
}

/** @param {Known[]} known @param {Asked} asked @returns {LabelFact[]} */
function twoNsaids(known, { today }) {
  const oral = known.filter((one) => one.drug?.group === "oral_nsaid");
  const pairs = windows(oral, today).flatMap(({ last, window }) =>
    window.flatMap((one) => {
      if (!one.drug || !last.drug || one.drug.ingredient === last.drug.ingredient) return [];
      return [{ forHeart: one.heart || last.heart, products: [one.drug.id, last.drug.id] }];
    }),
  );
  return [false, true].flatMap((forHeart) => {
    const products = sortedOnce(pairs.filter((pair) => pair.forHeart === forHeart).flatMap((pair) => pair.products));
    return products.length ? [{ kind: "two_nsaids", products, for_heart: forHeart }] : [];
  });
}

/** @param {Known[]} known @param {Asked} asked @param {Drug[]} drugs @returns {LabelFact[]} */
function above(known, { today, country }, drugs) {
  const each = windows(known, today);
  const whole = drugs.map((drug) => drug.salt_mg).reduce(leastCommonMultiple, 1);
  const besideLabels = each.map(({ last, window }) => last.drug && besideLabel(last.drug, window, country, drugs, whole));
  const besideOwn = each.map(({ last, window }) => last.drug && besidePrescription(last.drug, window, whole));
  return [
    ...largest(besideLabels, whole).map((sum) => asFact("above_label", sum, whole)),
    ...largest(besideOwn, whole).map((sum) => asFact("above_prescription", sum, whole)),
  ];
}

/** @param {number} a @param {number} b */
function leastCommonMultiple(a, b) {
  let [divisor, rest] = [a, b];
  while (rest) [divisor, rest] = [rest, divisor % rest];
  return (a / divisor) * b;
}

/** @param {number} mg with at most one decimal, which sums would not keep exact */
const tenths = (mg) => Math.round(10 * mg);

/** @param {Drug} drug @param {number} mg @param {number} whole @returns {number} a whole number */
const inBase = (drug, mg, whole) => tenths(mg) * drug.base_mg * (whole / drug.salt_mg);

/** @param {string} kind @param {Sum} sum @param {number} whole @returns {LabelFact} */
function asFact(kind, { reference, most, total, atLeast, converted }, whole) {
  const totalMg = Math.ceil(total / inBase(reference, 1, whole));
  return { kind, product: reference.id, total_mg: totalMg, most_mg: most, at_least: atLeast, converted };
}

/** @param {(Sum | null)[]} sums @param {number} whole @returns {Sum[]} the largest of each ingredient that is above */
function largest(sums, whole) {
  /** @type {Map<string, Sum>} */
  const found = new Map();
  for (const sum of sums) {
    if (!sum || sum.total <= inBase(sum.reference, sum.most, whole)) continue;
    const other = found.get(sum.key);
    if (!other || weighsMore(sum, other)) found.set(sum.key, sum);
  }
  return sortedOnce(found.keys()).flatMap((key) => found.get(key) ?? []);
}

/** @param {Sum} one @param {Sum} other */
function weighsMore(one, other) {
  if (one.total !== other.total) return one.total > other.total;
  if (one.atLeast !== other.atLeast) return one.atLeast;
  if (one.converted !== other.converted) return one.converted;
  return one.reference.id > other.reference.id;
}

/**
 * @param {Drug} drug @param {Known[]} window @param {string | null} country @param {Drug[]} drugs @param {number} whole
 * @returns {Sum | null}
 */
function besideLabel(drug, window, country, drugs, whole) {
  const reference = labelled(drug, country, drugs);
  const most = reference && labelIn(reference, country)?.most_mg_in_24_hours;
  if (!reference || !most) return null;
  return sumOf(drug, window.filter((one) => !one.dose.prescribed), reference, most, whole);
}

/** @param {Drug} drug @param {string | null} country @param {Drug[]} drugs @returns {Drug | null} */
function labelled(drug, country, drugs) {
  const others = drugs.filter((one) => one !== drug && alike(one, drug)).sort((a, b) => inOrder(a.id, b.id));
  return [drug, ...others].find((one) => labelIn(one, country)?.most_mg_in_24_hours) ?? null;
}

/** @param {Drug} drug @param {Known[]} window @param {number} whole @returns {Sum | null} */
function besidePrescription(drug, window, whole) {
  const typed = window.flatMap((one) => {
    const most = one.dose.prescribed_most_mg;
    return one.drug && alike(one.drug, drug) && one.dose.prescribed && most ? [{ drug: one.drug, most }] : [];
  });
  typed.sort((a, b) => inBase(a.drug, a.most, whole) - inBase(b.drug, b.most, whole) || inOrder(a.drug.id, b.drug.id));
  const last = typed.at(-1);
  return last ? sumOf(drug, window, last.drug, last.most, whole) : null;
}

/**
 * @param {Drug} drug @param {Known[]} counted @param {Drug} reference @param {number} most @param {number} whole
 * @returns {Sum}
 */
function sumOf(drug, counted, reference, most, whole) {
  const own = counted.flatMap((one) => (one.drug && alike(one.drug, drug) ? [{ drug: one.drug, mg: one.dose.dose_mg }] : []));
  return {
    key: `${drug.ingredient}/${drug.group}`,
    reference,
    most,
    total: own.reduce((sum, one) => sum + inBase(one.drug, one.mg ?? 0, whole), 0),
    atLeast: own.some((one) => (one.mg ?? null) === null),
    converted: own.some((one) => one.drug.id !== reference.id),
  };
}

/** @param {Known[]} known @param {Asked} asked @param {Drug[]} drugs @returns {LabelFact[]} */
function days(known, { today, country, nsaid_days: answered }, drugs) {
  const stated = statedDays("oral_nsaid", country, drugs);
  if (!stated) return [];
  const noted = known.filter(
    ({ drug, dose }) =>
      drug?.group === "oral_nsaid" ||
      (dose.product === UNNAMED && (dose.form ?? "oral") === "oral" && answered.includes(dose.day)),
  );
  const counted = new Set(noted.filter((one) => !one.dose.prescribed && !one.heart).map((one) => one.dose.day));
  const exempt = new Set(noted.map((one) => one.dose.day).filter((day) => !counted.has(day)));
  const used = new Set([...answered.filter((day) => !exempt.has(day)), ...counted]);
  const run = runUntil(used, today);
  const { products, fewest } = stated;
  if (run > fewest) return [{ kind: "days_in_a_row", group: "oral_nsaid", products, days: run, most_days: fewest }];
  const lately = Array.from({ length: LAST_DAYS }, (_, back) => before(today, back)).filter((day) => used.has(day)).length;
  if (!used.has(today) || lately < fewest) return [];
  return [{ kind: "days_of_14", products, days: lately, most_days: fewest }];
}

/** @param {Known[]} known @param {Asked} asked @param {Drug[]} drugs @returns {LabelFact[]} */
function gelDays(known, { today, country }, drugs) {
  const stated = statedDays("topical_nsaid", country, drugs);
  if (!stated) return [];
  const { products, fewest } = stated;
  const own = known.filter(({ drug, dose }) => drug && products.includes(drug.id) && !dose.prescribed);
  const run = runUntil(new Set(own.map((one) => one.dose.day)), today);
  if (run <= fewest) return [];
  return [{ kind: "days_in_a_row", group: "topical_nsaid", products, days: run, most_days: fewest }];
}

/** @param {string} group @param {string | null} country @param {Drug[]} drugs */
function statedDays(group, country, drugs) {
  const stated = drugs.flatMap((drug) => {
    const most = drug.group === group && labelIn(drug, country)?.most_days_in_a_row;
    return most ? [{ id: drug.id, most }] : [];
  });
  if (!stated.length) return null;
  const fewest = Math.min(...stated.map(({ most }) => most));
  return { fewest, products: sortedOnce(stated.filter(({ most }) => most === fewest).map(({ id }) => id)) };
}

/** @param {Set<string>} used @param {string} last */
function runUntil(used, last) {
  let length = 0;
  while (used.has(before(last, length))) length += 1;
  return length;
}

/** @param {Known[]} known @param {Asked} asked @param {Drug[]} drugs @returns {LabelFact[]} */
function withoutLimit(known, { today, country }, drugs) {
  const noted = known.filter(({ dose }) => dose.day === today && !dose.prescribed);
  const silent = noted.flatMap(({ drug }) => {
    if (!drug || labelled(drug, country, drugs) || labelIn(drug, country)?.most_days_in_a_row) return [];
    return [drug.id];
  });
  const strange = noted.flatMap(({ drug, dose }) => (drug ? [] : [dose.product]));
  return [
    ...sortedOnce(silent).map((product) => ({ kind: "no_limit_known", product, because: "country" })),
    ...sortedOnce(strange).map((product) => ({ kind: "no_limit_known", product, because: "drug" })),
  ];
}
