/**
 * A treatment, a flare-up or a pause that cannot be sent: kept on the phone like an entry of the day, and sent later.
 *
 * Hooks: form[data-happening], which names the kind, with [data-most], how long a text may be, and [data-too-long], the
 * sentence about it; data-phone-keeps says that it is looked after. [data-happening-kept] says that it is kept,
 * [data-happening-refused] what the server did not take of it; [data-happenings-waiting] lists what waits, with the
 * words for each kind; template[data-happening-of] has the form of a kind. See templates/events/.
 */
import { lengthOf } from "../counter.js";
import { dayWords, wallClock } from "../phone/clock.js";
import { inTurn } from "./in_turn.js";
import { part } from "./own_page.js";

/** @typedef {import("../phone/phone.js").Phone} Phone */

const LIST = "/events";
const PATIENCE_MS = 8_000;
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
export function keepUnsent(phone, form) {
  let busy = false;
  form.dataset.phoneKeeps = "";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    try {
      const answer = await post(form);
      if (answer === "unreached") await keep(phone, form);
      // Its page has what is wrong with the form, or who has to sign in; what it stored already it stores once.
      else if (answer === "refused") form.submit();
      else location.assign(answer);
    } finally {
      busy = false;
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
    await prepare(phone, form);
    form.dataset.phoneKeeps = "";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void keep(phone, form);
    });
  } else {
    const update = inTurn(() => listWaiting(phone));
    phone.addEventListener("change", () => void update());
    phone.addEventListener("elsewhere", () => void update());
    await update();
    // The server's page has all of it.
    window.addEventListener("online", async () => {
      await phone.flush();
      location.reload();
    });
  }
  if (shown) shown.hidden = false;
}

/** @param {Phone} phone @param {HTMLFormElement} form */
async function prepare(phone, form) {
  const [today, feet] = await Promise.all([todayOf(phone), feetOf(phone)]);
  input(form, "day").value = today;
  const asked = form.querySelector("#foot");
  if (asked instanceof HTMLElement) asked.hidden = feet !== null;
}

/** @param {Phone} phone */
const todayOf = async (phone) => wallClock(/** @type {string | undefined} */ (await phone.store.get("zone"))).day;

/** @param {Phone} phone @returns {Promise<string | null>} the one foot that hurts; null where both do, or nobody knows */
async function feetOf(phone) {
  const feet = await phone.store.get("feet");
  return feet === "right" || feet === "left" ? feet : null;
}

/** @param {HTMLFormElement} form @param {string} name @returns {HTMLInputElement} */
const input = (form, name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

/** @param {Phone} phone @param {HTMLFormElement} form */
async function keep(phone, form) {
  const kind = form.dataset.happening ?? "";
  limit(form, await todayOf(phone));
  if (!form.reportValidity()) return;
  const day = input(form, "day").value;
  const thing = thingOf(form, await feetOf(phone));
  const { op } = await phone.add({ day, foot: null, set: { [kind]: thing } });
  show(form, null);
  const look = inTurn(async () => {
    const [records, kept] = await Promise.all([phone.store.records(), phone.store.day(day)]);
    const record = records.find((one) => one.op.op === op);
    if (record?.state === "rejected") {
      phone.removeEventListener("change", look);
      await phone.takeBack(op);
      show(form, record.error?.message ?? "");
      // Gone, and the server told of it: it has it now.
    } else if (!record && kept?.values.events[kind]?.some(({ id }) => id === thing.id)) {
      location.assign(`${LIST}?${new URLSearchParams({ saved: op })}`);
    }
  });
  phone.addEventListener("change", look);
  await look();
}

/** What the server would refuse, as far as the browser can tell it. @param {HTMLFormElement} form @param {string} today */
function limit(form, today) {
  const day = input(form, "day");
  Object.assign(day, { required: true, max: today });
  for (const name of LAST_DAYS) {
    const last = form.elements.namedItem(name);
    if (last instanceof HTMLInputElement) Object.assign(last, { min: day.value, max: name === "settled_on" ? today : "" });
  }
  for (const one of form.querySelectorAll('[name="kind"]')) if (one instanceof HTMLInputElement) one.required = true;
  const { most, tooLong = "" } = form.dataset;
  for (const text of form.querySelectorAll("textarea")) text.setCustomValidity(lengthOf(text.value) > Number(most) ? tooLong : "");
  const number = form.elements.namedItem("number");
  if (number instanceof HTMLInputElement) number.pattern = "[0-9]{1,3}";
}

/**
 * @param {HTMLFormElement} form
 * @param {string | null} foot the one that hurts
 * @returns {{id: string, [name: string]: unknown}} what an op says of it; the same form makes the same thing
 */
function thingOf(form, foot) {
  /** @type {{id: string, [name: string]: unknown}} */
  const thing = { id: input(form, "op").value || crypto.randomUUID() };
  for (const [name, value] of new FormData(form)) {
    const text = typeof value === "string" ? value.replaceAll("\r\n", "\n").trim() : "";
    if (text !== "" && !AROUND.has(name)) thing[name] = NUMBERS.has(name) ? Number(text) : text;
  }
  if (form.dataset.happening === "flare") Object.assign(thing, { confirmed: true }, foot && { foot });
  return thing;
}

/** @param {HTMLFormElement} form @param {string | null} refused what is wrong; null: it is kept, and the form has done its work */
function show(form, refused) {
  const [kept, wrong] = [place("kept"), place("refused")];
  if (!kept || !wrong) return;
  const card = form.closest("section");
  if (card) card.hidden = refused === null;
  kept.hidden = refused !== null;
  wrong.hidden = refused === null;
  wrong.textContent = refused;
  (refused === null ? kept : input(form, "day")).focus();
}

/** @param {Phone} phone */
async function listWaiting(phone) {
  const box = /** @type {HTMLElement | null} */ (document.querySelector("[data-happenings-waiting]"));
  const list = box?.querySelector("ul");
  if (!box || !list) return;
  const records = (await phone.store.records()).filter(({ op, state }) => state !== "rejected" && Object.keys(op.set).some((kind) => kind in box.dataset));
  box.hidden = records.length === 0;
  list.replaceChildren(...records.map((record) => lineOf(record, box, phone)));
}

/** @param {import("../phone/queue.js").Kept} record @param {HTMLElement} box @param {Phone} phone */
function lineOf({ op, tried }, box, phone) {
  const [line, words, button] = [document.createElement("li"), document.createElement("span"), document.createElement("button")];
  line.className = "row row--apart";
  const names = Object.keys(op.set).map((kind) => box.dataset[kind]);
  words.textContent = `${names.join(", ")}: ${dayWords(op.day, { day: "numeric", month: "long", year: "numeric" })}`;
  Object.assign(button, { type: "button", className: "button button--plain", textContent: box.dataset.back });
  button.addEventListener("click", () => void phone.takeBack(op.op));
  line.append(words);
  // What may have arrived already is taken back on the server's page.
  if (!tried) line.append(button);
  return line;
}
