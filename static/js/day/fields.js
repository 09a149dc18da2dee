/**
 * Between the inputs of the daily form and the fields of an op. What cannot be read as a number goes out as it was
 * typed: the server says what is wrong with it, in its own words.
 */

/** @typedef {import("../phone/queue.js").Foot} Foot */
/** @typedef {import("../phone/queue.js").Value} Value */
/** @typedef {"pain" | "yes_no" | "count" | "text" | "tags"} Kind */
/** @typedef {Readonly<Record<string, Kind>>} Kinds field -> what kind of answer it takes, as the server lists them */

/** Inputs of a dose, and the field of the wire that each is about. */
export const DOSE_FIELDS = {
  dose_product: "choice",
  dose_name: "choice",
  dose_mg: "dose_mg",
  dose_time: "time",
  dose_prescribed: "prescribed",
  dose_most_mg: "prescribed_most_mg",
  dose_heart: "for_heart",
};
/** The server's name of a refused field of a dose, and the input at which its sentence stands. */
const REFUSED_AT = { product: "dose_product", taken_at: "dose_time", prescribed_most_mg: "dose_most_mg", prescribed: "dose_prescribed", for_heart: "dose_heart" };
const OTHER = "other";

/** @param {string} name of an input @returns {{foot: Foot | null, field: string}} */
export function partsOf(name) {
  const found = /^(.+)-(right|left)$/.exec(name);
  return found ? { foot: /** @type {Foot} */ (found[2]), field: found[1] ?? "" } : { foot: null, field: name };
}

/** @param {string} field @param {Foot | null} foot @returns {string} the name of the input at which a sentence about the field stands */
export function inputNameOf(field, foot) {
  if (foot) return `${field}-${foot}`;
  return REFUSED_AT[/** @type {keyof typeof REFUSED_AT} */ (field)] ?? field;
}

/** @param {string} text @returns {number | string | null} */
const wholeNumber = (text) => (text === "" ? null : /^[0-9]{1,6}$/.test(text) ? Number(text) : text);

/** @param {string} text @returns {number | string | null} milligrams with at most one decimal, after a point or a comma */
function amount(text) {
  if (text === "") return null;
  return /^[0-9]{1,6}([.,][0-9])?$/.test(text) ? Number(text.replace(",", ".")) : text;
}

/**
 * @param {Kind} kind
 * @param {readonly string[]} texts what the inputs of the name hold: the chosen one, or each ticked box
 * @returns {Value}
 */
export function valueOf(kind, texts) {
  const text = texts[0] ?? "";
  if (kind === "tags") return texts.length > 0 ? [...texts] : null;
  if (kind === "yes_no") return text === "" ? null : text === "yes";
  if (kind === "text") return text.trim() === "" ? null : text.replaceAll("\r\n", "\n");
  return wholeNumber(text.trim());
}

/**
 * @param {Kind} kind
 * @param {unknown} value
 * @returns {string[]} what the inputs of the name show
 */
export function textsOf(kind, value) {
  if (value === null || value === undefined) return [];
  if (kind === "tags") return Array.isArray(value) ? value.map(String) : [];
  if (kind === "yes_no") return typeof value === "boolean" ? [value ? "yes" : "no"] : [];
  return [String(value)];
}

/**
 * @param {(name: string) => string} textIn what an input holds, "y" for a ticked box
 * @param {string} id of the dose
 * @param {boolean} noted whether it is noted already
 * @returns {{dose: {id: string, [name: string]: Value}} | {needs: "dose_product"} | null} null: nothing is said
 */
export function doseOf(textIn, id, noted) {
  const [product, name] = [textIn("dose_product"), textIn("dose_name").trim()];
  if (product === "" && name === "") {
    if (noted) return { dose: { id, removed: true } };
    const more = Object.keys(DOSE_FIELDS).some((field) => textIn(field).trim() !== "");
    return more ? { needs: "dose_product" } : null;
  }
  return {
    dose: {
      id,
      choice: name !== "" && (product === "" || product === OTHER) ? name : product || OTHER,
      dose_mg: amount(textIn("dose_mg").trim()),
      time: textIn("dose_time") || null,
      prescribed: textIn("dose_prescribed") === "y",
      prescribed_most_mg: amount(textIn("dose_most_mg").trim()),
      for_heart: textIn("dose_heart") === "y",
    },
  };
}
