/**
 * A treatment, a flare-up or a pause that cannot be sent: kept on the phone like an entry of the day, and sent later.
 *
 * Hooks: form[data-happening], which names the kind, with [data-first-day], before which nothing is taken, [data-most],
 * how long a text may be, [data-highest], the highest number, [data-too-long] and [data-number], the sentences about
 * both, and [data-foot], the one that hurts where it is not asked for; data-phone-keeps says that it is looked after.
 * [data-happening-kept] says that it is kept, and [data-page-only] that the page alone has it; [data-happening-refused]
 * what the server did not take of it; template[data-happening-of] has the form of a kind. See templates/events/.
 */
import { lengthOf } from "../counter.js";
import { wallClock } from "../phone/clock.js";
import { showWaiting } from "./happenings_waiting.js";
import { inTurn } from "./in_turn.js";
import { part } from "./own_page.js";

/** @typedef {import("../phone/phone.js").Phone} Phone */
/** @typedef {import("../phone/queue.js").Refusal} Refusal */
/** @typedef {{id: string, [name: string]: unknown}} Thing */

const LIST = "/events";
const PATIENCE_MS = 6_000;
/** Inputs that are no fields of the thing. */
const AROUND = new Set(["csrf_token", "op", "day"]);
const NUMBERS = new Set(["number", "worst_pain"]);
/** Inputs that hold the last day of what began on the day of the form. */
const LAST_DAYS = ["ends_on", "settled_on"];

/** @param {string} name @returns {HTMLElement | null} */
const place = (name) => document.querySelector(`[data-happening-${name}]`);

/**
 * On the server's own page: it takes the form as ever; where it cannot be reached, the phone does.
 * @param {Phone} phone
 * @param {HTMLFormElement} form
 */
export async function keepUnsent(phone, form) {
  const refused = await refill(phone, form);
  let tried = false;
  onSubmit(form, async () => {
    const answer = await post(form);
    if (answer === "unreached") {
      tried ||= navigator.onLine;
      return keep(phone, form, { refused, tried });
    }
    // Its page has what is wrong with the form, or who has to sign in; what it stored already it stores once.
    if (answer === "refused") return form.submit();
    if (refused) await phone.takeBack(refused);
    location.assign(answer);
  });
  // For the phone's own page: which foot hurts may have changed in the settings.
  void phone.refreshDays();
}

/** One at a time: of two taps at once the second is a trembling hand's. @param {HTMLFormElement} form @param {() => Promise<void>} work */
function onSubmit(form, work) {
  const button = form.querySelector(/** @type {"button"} */ ("button:not([type=button])"));
  let busy = false;
  form.dataset.phoneKeeps = "";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    form.setAttribute("aria-busy", "true");
    if (button) button.disabled = true;
    try {
      await work();
    } finally {
      busy = false;
      form.removeAttribute("aria-busy");
      if (button) button.disabled = false;
    }
  });
}

/** @param {HTMLFormElement} form @returns {Promise<string>} where the answer leads, "refused", or "unreached" */
async function post(form) {
  if (!navigator.onLine) return "unreached";
  try {
    const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
    const response = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE_MS) });
    return response.ok && new URL(response.url).pathname === LIST ? response.url : "refused";
  } catch {
    return "unreached";
  }
}

/**
 * What was refused before comes back into the form that the address names it for.
 * @param {Phone} phone
 * @param {HTMLFormElement} form
 * @returns {Promise<string>} its op, which a new attempt takes the place of; empty without one
 */
async function refill(phone, form) {
  const asked = new URLSearchParams(location.hash.slice(1)).get("refused");
  if (!asked) return "";
  const record = (await phone.store.records()).find(({ op, state }) => op.op === asked && state === "rejected");
  const thing = /** @type {Thing | undefined} */ (record?.op.set[form.dataset.happening ?? ""]);
  if (!record || !thing) return "";
  const { id, ...values } = thing;
  for (const [name, value] of Object.entries({ ...values, op: id, day: record.op.day })) {
    const field = form.elements.namedItem(name);
    if (field && "value" in field) field.value = String(value ?? "");
  }
  sayRefused(form, record.error);
  return asked;
}

/**
 * On the phone's own pages: a form of them, or what waits.
 * @param {Phone} phone
 */
export async function showHappenings(phone) {
  const shown = part("day");
  const asked = /^\/events\/new\/(\w+)$/.exec(location.pathname)?.[1];
  const template = /** @type {HTMLTemplateElement | null} */ (document.querySelector(`[data-happening-of="${asked}"]`));
  if (template) shown?.replaceChildren(template.content);
  const form = shown?.querySelector(/** @type {"form"} */ ("form[data-happening]"));
  if (form) {
    document.title = shown?.querySelector("h1")?.textContent ?? document.title;
    await prepare(phone, form);
    const refused = await refill(phone, form);
    onSubmit(form, () => keep(phone, form, { refused }));
  } else await showWaiting(phone);
  window.addEventListener("online", () => shown?.querySelector(".kicker")?.remove());
  if (shown) shown.hidden = false;
}

/** @param {Phone} phone @param {HTMLFormElement} form */
async function prepare(phone, form) {
  const feet = await phone.store.get("feet");
  input(form, "day").value = await todayOf(phone);
  // The same form notes the same thing, however often it is sent.
  input(form, "op").value = crypto.randomUUID();
  if (feet !== "right" && feet !== "left") return;
  form.dataset.foot = feet;
  form.querySelector("#foot")?.remove();
}

/** @param {Phone} phone */
async function todayOf(phone) {
  // The database may have been closed under the page: an entry is still kept by the page.
  const zone = await phone.store.get("zone").catch(() => undefined);
  return wallClock(/** @type {string | undefined} */ (zone)).day;
}

/** @param {HTMLFormElement} form @param {string} name @returns {HTMLInputElement} */
const input = (form, name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

/**
 * @param {Phone} phone
 * @param {HTMLFormElement} form
 * @param {{refused?: string, tried?: boolean}} [before] the op that was refused for it; whether the server may have it
 */
async function keep(phone, form, { refused = "", tried = false } = {}) {
  const kind = form.dataset.happening ?? "";
  limit(form, await todayOf(phone));
  if (!form.reportValidity()) return;
  const day = input(form, "day").value;
  const thing = thingOf(form);
  const { op } = await phone.add({ day, foot: null, set: { [kind]: thing } });
  if (refused) await phone.takeBack(refused);
  document.querySelector("[data-error-summary]")?.remove();
  sayKept(form, phone.store.lasting);
  const look = inTurn(async () => {
    const [records, kept] = await Promise.all([phone.store.records(), phone.store.day(day)]);
    const record = records.find((one) => one.op.op === op);
    if (record && record.state !== "rejected") return;
    phone.removeEventListener("change", look);
    phone.removeEventListener("elsewhere", look);
    if (record) {
      await phone.takeBack(op);
      sayRefused(form, record.error);
    } else if (kept?.values.events[kind]?.some(({ id }) => id === thing.id)) {
      // What the form's own request may have stored is not undone by taking back this one.
      location.assign(`${LIST}?${new URLSearchParams(tried ? { moved: "1" } : { saved: op })}`);
      // Taken back elsewhere.
    } else sayRefused(form, null);
  });
  phone.addEventListener("change", look);
  phone.addEventListener("elsewhere", look);
  await look();
}

/** What the server would refuse, as far as the browser can tell it. @param {HTMLFormElement} form @param {string} today */
function limit(form, today) {
  const { firstDay, most, highest, tooLong = "", number = "" } = form.dataset;
  const day = input(form, "day");
  Object.assign(day, { required: true, min: firstDay, max: today });
  for (const name of LAST_DAYS) {
    const last = form.elements.namedItem(name);
    if (last instanceof HTMLInputElement) Object.assign(last, { min: day.value, max: name === "settled_on" ? today : "" });
  }
  for (const one of form.querySelectorAll('[name="kind"]')) if (one instanceof HTMLInputElement) one.required = true;
  for (const text of form.querySelectorAll("textarea")) text.setCustomValidity(lengthOf(text.value) > Number(most) ? tooLong : "");
  const count = form.elements.namedItem("number");
  if (count instanceof HTMLInputElement) count.setCustomValidity(isCount(count.value.trim(), Number(highest)) ? "" : number);
}

/** @param {string} text @param {number} highest */
const isCount = (text, highest) => text === "" || (/^[0-9]+$/.test(text) && Number(text) >= 1 && Number(text) <= highest);

/** @param {HTMLFormElement} form @returns {Thing} what an op says of it; what is empty takes back what was said before */
function thingOf(form) {
  /** @type {Thing} */
  const thing = { id: input(form, "op").value || crypto.randomUUID() };
  for (const [name, value] of new FormData(form)) {
    if (AROUND.has(name) || typeof value !== "string") continue;
    const text = value.replaceAll("\r\n", "\n").trim();
    thing[name] = text === "" ? null : NUMBERS.has(name) ? Number(text) : text;
  }
  if (form.dataset.happening === "flare") thing.confirmed = true;
  if (form.dataset.happening === "flare" && form.dataset.foot) thing.foot = form.dataset.foot;
  return thing;
}

/** The form has done its work. @param {HTMLFormElement} form @param {boolean} lasting whether more than this page has it */
function sayKept(form, lasting) {
  const kept = place("kept");
  const said = kept?.querySelector("p");
  if (!kept || !said) return;
  if (!lasting) said.textContent = kept.dataset.pageOnly ?? "";
  show(form, false);
  kept.hidden = false;
  kept.focus();
}

/** @param {HTMLFormElement} form @param {Refusal | null} refusal what is wrong; null: nothing is, and it is not kept any more */
function sayRefused(form, refusal) {
  const [kept, wrong] = [place("kept"), place("refused")];
  if (kept) kept.hidden = true;
  if (wrong) Object.assign(wrong, { hidden: !refusal, textContent: refusal?.message ?? "" });
  show(form, true);
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  const found = form.elements.namedItem(refusal?.field ?? "");
  const at = found instanceof HTMLElement ? found : input(form, "day");
  if (at === found) at.setAttribute("aria-invalid", "true");
  at.focus();
}

/** @param {HTMLFormElement} form @param {boolean} shown */
function show(form, shown) {
  const card = form.closest("section");
  if (card) card.hidden = !shown;
}
