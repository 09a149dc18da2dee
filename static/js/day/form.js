/**
 * The daily form: each tap is an op that is kept on the phone first and then sent; nothing has to be saved by hand.
 *
 * Hooks: form[data-log] with data-day, data-day-kinds and data-foot-kinds (field -> kind of answer, as JSON) and [data-log-save], which is for
 * browsers without JavaScript and for answers that a link brought. The line that says what is saved is status.js's.
 */
import { doseOf, DOSE_FIELDS, inputNameOf, partsOf, textsOf, valueOf } from "./fields.js";
import { cameWith, follow, mark, show } from "./looks.js";

/** @typedef {import("../phone/phone.js").Phone} Phone */
/** @typedef {import("../phone/queue.js").Answer} Answer */
/** @typedef {import("../phone/queue.js").Foot} Foot */
/** @typedef {import("../phone/queue.js").Value} Value */
/** @typedef {import("./fields.js").Kinds} Kinds */

const DOSE = Object.keys(DOSE_FIELDS);
/** @type {Foot[]} */
const FEET = ["right", "left"];

/** @typedef {{foot: Foot | null, set: Record<string, Value>}} Said what one tap says about the day */
/** @typedef {{op: string, sent: Promise<Answer[]>, before: Said | null, replaced: boolean}} Kept ``before`` takes it back; null: nothing does */
/** @typedef {{id: string, texts: Record<string, string>}} NotedInputs a dose and what the inputs show of it, "y" for a ticked box */
/** @typedef {{onTaken: (kept: Promise<Kept>) => void}} Around what the page does about an entry, from the moment of the tap */

export class DayForm {
  /**
   * Fields that were answered on this page and may still wait, each with the last touch of it: what the server told
   * meanwhile does not replace them.
   * @type {Map<string, symbol>}
   */
  #typing = new Map();
  #noted = false;
  /** Whether what the phone keeps of the day is newer than what the page came with. */
  keptIsNewer = false;

  /**
   * @param {HTMLFormElement} form
   * @param {Phone} phone
   * @param {Around} around
   */
  constructor(form, phone, { onTaken }) {
    this.form = form;
    this.phone = phone;
    this.onTaken = onTaken;
    /** @type {Kinds} */
    this.dayKinds = JSON.parse(form.dataset.dayKinds ?? "{}");
    /** @type {Kinds} */
    this.footKinds = JSON.parse(form.dataset.footKinds ?? "{}");
    this.#isNoted = this.#textIn("dose_product") !== "";
    form.addEventListener("input", ({ target }) => this.#touch(target));
    form.addEventListener("change", ({ target }) => this.#take(target));
    form.addEventListener("submit", (event) => this.#submit(event));
    // What is being typed when the phone is put away was never left by a tap elsewhere.
    document.addEventListener("visibilitychange", () => document.hidden && this.#takeTyped());
    window.addEventListener("pagehide", () => this.#takeTyped());
    this.#takeEarly();
  }

  get day() {
    return this.form.dataset.day ?? "";
  }

  /** Whether the dose in the inputs is noted; then another one can be begun. @param {boolean} noted */
  set #isNoted(noted) {
    this.#noted = noted;
    const another = this.form.querySelector("[data-another-dose]");
    if (another instanceof HTMLElement) another.hidden = !noted;
  }

  /** Shows the day as it stands on this phone; of a day that the phone does not keep, what the page came with. */
  async fill() {
    const read = await this.#read().catch(() => null);
    // The database was deleted or closed under the page: what stands there stays.
    if (!read) return;
    const { kept, values } = read;
    const told = Object.entries(this.dayKinds).map(([field, kind]) => ({ name: field, kind, value: values[field] }));
    for (const foot of FEET) {
      for (const [field, kind] of Object.entries(this.footKinds)) told.push({ name: `${field}-${foot}`, kind, value: values.feet[foot][field] });
    }
    const filled = new Set([...this.form.querySelectorAll("[data-filled]")].map((field) => field.getAttribute("name")));
    for (const { name, kind, value } of told) {
      if (this.#typing.has(name) || filled.has(name)) continue;
      show(this.form, name, kept || value !== undefined ? textsOf(kind, value) : cameWith(this.form, name));
    }
    await this.showRefusals();
  }

  async #read() {
    const kept = this.keptIsNewer && (await this.phone.store.day(this.day)) !== undefined;
    return { kept, values: await (kept ? this.phone.dayShown(this.day) : this.phone.waitingOf(this.day)) };
  }

  /** Puts each sentence of the server at its input. */
  async showRefusals() {
    const records = await this.phone.store.records();
    const mine = records.filter((record) => record.op.day === this.day);
    const refused = new Map(
      mine.flatMap(({ op, error }) => (error ? [[inputNameOf(error.field, op.foot), error.message]] : [])),
    );
    for (const name of this.#names()) {
      if (refused.has(name) || this.form.querySelector(`#${CSS.escape(name)}-error`)) mark(this.form, name, refused.get(name) ?? "");
    }
  }

  /**
   * Keeps what was said about the day, and tells what stood there before.
   * @param {Said} said
   */
  keep({ foot, set }) {
    const kept = this.phone.add({ day: this.day, foot, set }).then((added) => {
      const otherwise = added.knew ? () => null : (/** @type {string} */ field) => this.#cameWith(field, foot);
      return { ...added, before: beforeOf(added.before, { foot, set }, otherwise) };
    });
    this.onTaken(kept);
    return kept;
  }

  /** Takes what was answered before the scripts ran: on a slow phone a thumb is quicker. */
  #takeEarly() {
    for (const field of this.form.elements) {
      if (!wasChanged(field)) continue;
      const typing = field === document.activeElement && !isChoice(field);
      this.#touch(field);
      // The rest of it is still being typed: it is taken when the field is left.
      if (!typing) this.#take(field);
    }
  }

  #names() {
    return new Set([...this.form.elements].map((field) => field.getAttribute("name") ?? "").filter((name) => name !== ""));
  }

  /** @param {EventTarget | null} target */
  #touch(target) {
    const name = target instanceof Element ? target.getAttribute("name") : null;
    if (name) this.#typing.set(name, Symbol("touch"));
  }

  /** @param {EventTarget | null} target an input that was answered */
  #take(target) {
    follow(target);
    const name = target instanceof Element ? target.getAttribute("name") : null;
    if (!name) return;
    const entry = DOSE.includes(name) ? this.#dose() : this.#answer(name);
    if (!entry) return;
    this.#enter(entry, [name]);
  }

  /** @param {Said} entry @param {readonly string[]} names of the inputs that it is about */
  #enter(entry, names) {
    const touch = Symbol("touch");
    for (const name of names) {
      this.#typing.set(name, touch);
      mark(this.form, name, "");
    }
    const release = () => names.forEach((name) => this.#typing.get(name) === touch && this.#typing.delete(name));
    void this.keep(entry).then(({ sent }) => sent.then(release));
  }

  /** @param {string} name @returns {Said | null} */
  #answer(name) {
    const { foot, field } = partsOf(name);
    const kind = (foot ? this.footKinds : this.dayKinds)[field];
    return kind ? { foot, set: { [field]: valueOf(kind, this.#textsIn(name)) } } : null;
  }

  /** @param {string} field @param {Foot | null} foot @returns {Value} the answer that the page came with */
  #cameWith(field, foot) {
    const kind = (foot ? this.footKinds : this.dayKinds)[field];
    return kind ? valueOf(kind, cameWith(this.form, inputNameOf(field, foot))) : null;
  }

  /** @returns {Said | null} */
  #dose() {
    const id = this.#textIn("dose_id");
    const said = doseOf((name) => this.#textIn(name), id, this.#noted);
    if (said && "needs" in said) {
      mark(this.form, said.needs, this.form.dataset.chooseDose ?? "");
      return null;
    }
    mark(this.form, "dose_product", "");
    if (!said) return null;
    this.#isNoted = !("removed" in said.dose);
    return { foot: null, set: { dose: said.dose } };
  }

  /** @param {string} name @returns {string[]} */
  #textsIn(name) {
    const fields = [...this.form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    return fields.flatMap((field) => {
      if (field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox")) return field.checked ? [field.value] : [];
      return field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement ? [field.value] : [];
    });
  }

  /** @param {string} name @returns {string} */
  #textIn(name) {
    return this.#textsIn(name)[0] ?? "";
  }

  /** Makes the inputs ready for another dose, or for one that is to be corrected. @param {NotedInputs} [noted] */
  beginDose(noted) {
    this.#takeTyped();
    this.#showDose(noted);
    const first = this.form.elements.namedItem("dose_product");
    if (!(first instanceof HTMLElement)) return;
    first.closest("details")?.setAttribute("open", "");
    first.focus();
  }

  /** Empties the inputs where they show the dose, which is taken away. @param {string} id */
  leaveDose(id) {
    if (this.#textIn("dose_id") === id) this.#showDose();
  }

  /** @param {NotedInputs} [noted] nothing: the inputs of a new one, and what was noted stays */
  #showDose(noted) {
    const texts = noted?.texts ?? {};
    const id = this.form.elements.namedItem("dose_id");
    const inputs = [...this.form.elements].filter((field) => DOSE.includes(field.getAttribute("name") ?? ""));
    if (id instanceof HTMLInputElement) id.value = noted?.id ?? crypto.randomUUID();
    this.#isNoted = noted !== undefined;
    for (const field of inputs) {
      const text = texts[field.getAttribute("name") ?? ""] ?? "";
      if (isChoice(field)) field.checked = text === "y";
      else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = text;
      follow(field);
    }
    for (const name of DOSE) {
      this.#typing.delete(name);
      mark(this.form, name, "");
    }
  }

  /**
   * Takes several answers as one entry, so that one way back takes all of them back.
   * @param {readonly HTMLInputElement[]} fields
   */
  takeTogether(fields) {
    /** @type {Record<string, Value>} */
    const set = {};
    for (const field of fields) {
      follow(field);
      const said = this.#answer(field.name);
      if (said && !said.foot) Object.assign(set, said.set);
    }
    if (Object.keys(set).length > 0) this.#enter({ foot: null, set }, Object.keys(set));
  }

  #takeTyped() {
    const field = document.activeElement;
    const typed = field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.type !== "radio");
    const name = field?.getAttribute("name") ?? "";
    if (typed && this.form.contains(field) && this.#typing.has(name)) this.#take(field);
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    this.#takeTyped();
    void this.phone.flush();
  }
}

/** @param {Element} field @returns {field is HTMLInputElement} */
const isChoice = (field) => field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox");

/** @param {Element} field @returns {boolean} whether it holds another answer than the page came with */
function wasChanged(field) {
  // What a link of ours filled in was not answered.
  if (field.hasAttribute("data-filled")) return false;
  if (isChoice(field)) return field.checked !== field.defaultChecked && (field.type === "checkbox" || field.checked);
  if (field instanceof HTMLSelectElement) return [...field.options].some((option) => option.selected && !option.defaultSelected && field.value !== "");
  return (field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.type !== "hidden")) && field.value !== field.defaultValue;
}

/**
 * @param {import("../phone/days.js").AnyDay} values of the day before the entry
 * @param {Said} said
 * @param {(field: string) => Value} otherwise what stood where the values say nothing of the field
 * @returns {Said | null}
 */
export function beforeOf(values, { foot, set }, otherwise) {
  const stood = Object.keys(set).map((field) => {
    if (field === "dose") return null;
    const value = foot ? values.feet[foot][field] : values[field];
    return [field, value === undefined ? otherwise(field) : value];
  });
  // A dose has its own way back: it is removed.
  return stood.includes(null) ? null : { foot, set: Object.fromEntries(/** @type {[string, Value][]} */ (stood)) };
}
