/**
 * A treatment, a flare-up or a pause that cannot be sent: kept on the phone like an entry of the day, and sent later.
 *
 * Hooks: form[data-happening], which names the kind, with [data-most], how long a text may be, [data-too-long] and
 * [data-number], the sentences about texts and numbers, and [data-foot], the one that hurts where it is not asked for;
 * data-phone-keeps says that it is looked after. [data-happening-kept] says that it is kept, and [data-page-only] that
 * the page alone has it; [data-happening-refused] what the server did not take of it; [data-happenings-waiting] lists what
 * waits, with the words for each kind; template[data-happening-of] has the form of a kind. See templates/events/.
 */
import { lengthOf } from "../counter.js";
import { dayWords, wallClock } from "../phone/clock.js";
import { inTurn } from "./in_turn.js";
import { part } from "./own_page.js";

/** @typedef {import("../phone/phone.js").Phone} Phone */
/** @typedef {{id: string, [name: string]: unknown}} Thing */

const LIST = "/events";
const PATIENCE_MS = 6_000;
/** Inputs that are no fields of the thing. */
const AROUND = new Set(["csrf_token", "op", "day"]);
const NUMBERS = new Set(["number", "worst_pain"]);
/** What of a thing its line in the list says besides its kind and day. */
const SAID = ["number", "trigger", "note"];
/** Inputs that hold the last day of what began on the day of the form. */
const LAST_DAYS = ["ends_on", "settled_on"];
/** The first day and the highest number that the server takes (services/diary_fields.py, services/diary_events.py). */
const FIRST_DAY = "2000-01-02";
const HIGHEST = 500;

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
  sayRefused(form, record.error?.message ?? "");
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

/** @param {Phone} phone */
async function showWaiting(phone) {
  let waited = 0;
  const update = inTurn(async () => {
    const waits = await listWaiting(phone);
    // Sent meanwhile: the server's page has all of it.
    if (waited > 0 && waits === 0 && navigator.onLine) location.reload();
    waited = waits;
  });
  phone.addEventListener("change", () => void update());
  phone.addEventListener("elsewhere", () => void update());
  await update();
  window.addEventListener("online", async () => {
    await phone.flush();
    location.reload();
  });
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
      sayRefused(form, record.error?.message ?? "");
    } else if (kept?.values.events[kind]?.some(({ id }) => id === thing.id)) {
      // What the form's own request may have stored is not undone by taking back this one.
      location.assign(`${LIST}?${new URLSearchParams(tried ? { moved: "1" } : { saved: op })}`);
      // Taken back elsewhere.
    } else sayRefused(form, "");
  });
  phone.addEventListener("change", look);
  phone.addEventListener("elsewhere", look);
  await look();
}

/** What the server would refuse, as far as the browser can tell it. @param {HTMLFormElement} form @param {string} today */
function limit(form, today) {
  const { most, tooLong = "", number = "" } = form.dataset;
  const day = input(form, "day");
  Object.assign(day, { required: true, min: FIRST_DAY, max: today });
  for (const name of LAST_DAYS) {
    const last = form.elements.namedItem(name);
    if (last instanceof HTMLInputElement) Object.assign(last, { min: day.value, max: name === "settled_on" ? today : "" });
  }
  for (const one of form.querySelectorAll('[name="kind"]')) if (one instanceof HTMLInputElement) one.required = true;
  for (const text of form.querySelectorAll("textarea")) text.setCustomValidity(lengthOf(text.value) > Number(most) ? tooLong : "");
  const count = form.elements.namedItem("number");
  if (count instanceof HTMLInputElement) count.setCustomValidity(isCount(count.value.trim()) ? "" : number);
}

/** @param {string} text */
const isCount = (text) => text === "" || (/^[0-9]{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= HIGHEST);

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

/** @param {HTMLFormElement} form @param {string} sentence what is wrong; empty: nothing is, and it is not kept any more */
function sayRefused(form, sentence) {
  const [kept, wrong] = [place("kept"), place("refused")];
  if (kept) kept.hidden = true;
  if (wrong) Object.assign(wrong, { hidden: sentence === "", textContent: sentence });
  show(form, true);
  input(form, "day").focus();
}

/** @param {HTMLFormElement} form @param {boolean} shown */
function show(form, shown) {
  const card = form.closest("section");
  if (card) card.hidden = !shown;
}

/** @param {Phone} phone @returns {Promise<number>} how many wait */
async function listWaiting(phone) {
  const box = /** @type {HTMLElement | null} */ (document.querySelector("[data-happenings-waiting]"));
  const list = box?.querySelector("ul");
  if (!box || !list) return 0;
  const records = (await phone.store.records()).filter(({ op, state }) => state !== "rejected" && Object.keys(op.set).some((kind) => kind in box.dataset));
  const shown = records.map(({ op, tried }) => `${op.op} ${tried}`).join(" ");
  if (list.dataset.shown === shown) return records.length;
  // The button that was tapped is gone.
  if (list.contains(document.activeElement)) document.getElementById("main")?.focus();
  list.dataset.shown = shown;
  box.hidden = records.length === 0;
  list.replaceChildren(...records.map((record) => lineOf(record, box, phone)));
  return records.length;
}

/** @param {import("../phone/queue.js").Kept} record @param {HTMLElement} box @param {Phone} phone */
function lineOf({ op, tried }, box, phone) {
  const [line, words] = [document.createElement("li"), document.createElement("span")];
  line.className = "row row--apart";
  const told = Object.entries(op.set).map(([kind, thing]) => [box.dataset[kind], ...saidOf(thing)].join(", "));
  words.textContent = `${dayWords(op.day, { day: "numeric", month: "long", year: "numeric" })}: ${told.join("; ")}`;
  line.append(words);
  // What may have arrived already is taken back on the server's page.
  if (!tried) line.append(takeBack(op.op, box.dataset.back ?? "", words.textContent, phone));
  return line;
}

/** @param {unknown} thing @returns {string[]} */
const saidOf = (thing) =>
  SAID.map((name) => /** @type {Record<string, unknown>} */ (thing)[name])
    .filter((value) => value !== null && value !== undefined)
    .map(String);

/** @param {string} op @param {string} label @param {string} of what it takes back, for who hears it @param {Phone} phone */
function takeBack(op, label, of, phone) {
  const [button, heard] = [document.createElement("button"), document.createElement("span")];
  Object.assign(button, { type: "button", className: "button button--plain", textContent: label });
  Object.assign(heard, { className: "sr", textContent: `: ${of}` });
  button.append(heard);
  button.addEventListener("click", () => void phone.takeBack(op));
  return button;
}
