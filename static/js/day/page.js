/** The day's page around its form: where the entries are, the way back, what was refused, and the same as yesterday. */
import htmx from "htmx.org";
import { isLogged } from "../phone/days.js";
import { takeFromTimer } from "../prefill.js";
import { DayForm } from "./form.js";
import { inTurn } from "./in_turn.js";
import { listRefused } from "./refused.js";
import { offerSame } from "./same.js";
import { said, say } from "./status.js";

/** @typedef {import("../phone/phone.js").Phone} Phone */
/** @typedef {import("../phone/queue.js").Answer} Answer */
/** @typedef {import("./form.js").Kept} Kept */

/**
 * @param {Phone} phone
 * @param {HTMLFormElement} form
 * @param {{served: boolean}} page whether the server made it for this person and day, or it is the phone's own
 * @returns {DayForm}
 */
export function startDay(phone, form, { served }) {
  const line = /** @type {HTMLElement | null} */ (document.querySelector("[data-log-status]"));
  const around = { line, entered: false, taking: 0, op: "" };
  // The database is asked for what stands around the line: a tap brings several changes, and one look sees them all.
  // Where it was deleted under the page, there is nothing to see.
  const lookAround = inTurn(() => showAround(day, around).catch(() => undefined));
  const update = () => void showWhere(day, around).then(lookAround);
  const day = new DayForm(form, phone, { onTaken: (kept) => void follow(kept) });
  // The server's page is newer than what the phone kept before, until the server has told more.
  day.keptIsNewer = !served;

  /** @param {Promise<Kept>} kept */
  async function follow(kept) {
    around.entered = true;
    around.taking += 1;
    // At once: what the line said before is not true of this tap.
    if (line) say(line, "saving", { unsent: 1, rejected: 0 });
    const { op, sent, before, replaced } = await kept.finally(() => (around.taking -= 1));
    around.op = op;
    update();
    offerWayBack(day, before ? { op, before, replaced } : null);
    const answers = await sent;
    const mine = answers.findLast((answer) => answer.day?.day === day.day);
    sayElsewhere(answers);
    if (!mine && served) await tellUnsentDoses(day).catch(() => undefined);
    if (mine) day.keptIsNewer = true;
    if (mine && served) await refreshParts(day, op);
    // An answer tells the whole day: also what another phone entered meanwhile, which counts as seen from here on.
    await day.fill();
  }

  phone.addEventListener("change", update);
  phone.addEventListener("elsewhere", () => void day.fill());
  window.addEventListener("offline", update);
  const save = form.querySelector("[data-log-save]");
  if (save instanceof HTMLElement) {
    save.hidden = save.dataset.logSave !== "offered";
    form.addEventListener("submit", () => Object.assign(save, { hidden: true }));
  }
  document.addEventListener("click", (event) => takeTap(day, event));
  void day.fill().then(() => takeFromTimer(day)).then(update);
  return day;
}

/** Whether the tap before was one that notes a dose or takes one away. */
let doseTapped = false;

/** @param {DayForm} day @param {MouseEvent} event a tap on what is about a dose: without scripts it is sent as a form */
function takeTap(day, event) {
  const before = doseTapped;
  doseTapped = event.target instanceof Element && event.target.closest("[data-again], [data-remove-dose]") !== null;
  const tapped = event.target instanceof Element ? event.target.closest("[data-another-dose], [data-again], [data-remove-dose]") : null;
  if (!(tapped instanceof HTMLElement)) return;
  event.preventDefault();
  const { again, removeDose } = tapped.dataset;
  // The second of two taps at once is a trembling hand's: it notes no further dose, and takes no other one away. After
  // a tap on something else, which the browser counts too, it is the first.
  if (event.detail > 1 && before && (again || removeDose)) return;
  if (again) void day.keep({ foot: null, set: { dose: { ...JSON.parse(again), id: crypto.randomUUID() } } });
  else if (removeDose) {
    day.leaveDose(removeDose);
    void day.keep({ foot: null, set: { dose: { id: removeDose, removed: true } } });
  } else day.beginDose();
}

/** @param {DayForm} day @param {{line: HTMLElement | null, entered: boolean, taking: number}} around */
async function showWhere(day, around) {
  const { line } = around;
  const status = await day.phone.status();
  // Of what cannot be read nothing is said, and least of all that it is saved.
  if (status.unreadable) return void (line && say(line, "", status));
  // What waited from before and is sent now is told too.
  around.entered ||= status.unsent > 0;
  const { entered } = around;
  const state = around.taking > 0 ? "saving" : said(status, { entered, online: navigator.onLine });
  // Before anything was entered the server's own word stands, such as "Undone".
  if (line && (state !== "" || entered)) say(line, state, status);
  const signIn = document.querySelector("[data-log-sign-in]");
  if (signIn instanceof HTMLElement) signIn.hidden = state !== "signed-out";
}

/** @param {DayForm} day @param {{op: string}} around shows what was refused, what is offered, and which days are logged */
async function showAround(day, { op }) {
  await listRefused(day.phone, day.form);
  await offerSame(day);
  await markStrip(day.phone);
  if (!document.querySelector("#doses [data-shell-doses]")) return;
  // What was told without an answer is told again by the server once it has it.
  if (!(await tellUnsentDoses(day))) await refreshParts(day, op);
}

/** @param {Phone} phone shows the days of the strip that are logged on this phone and not yet on the server */
async function markStrip(phone) {
  const records = await phone.store.records();
  if (records.length === 0) return;
  for (const values of await phone.daysShown([...new Set(records.map((record) => record.op.day))])) {
    if (isLogged(values)) document.getElementById(`strip-${values.day}`)?.classList.add("days__day--logged");
  }
}

/**
 * Offers the way back from an entry that is only on this phone; the server offers its own once it has it.
 * @param {DayForm} day
 * @param {{op: string, before: import("./form.js").Said, replaced: boolean} | null} step
 */
function offerWayBack(day, step) {
  const place = document.getElementById("log-answer");
  if (!place?.dataset.undo) return;
  if (!step) return place.replaceChildren();
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button button--plain", textContent: place.dataset.undo });
  button.addEventListener("click", async () => {
    place.replaceChildren();
    const gone = await day.phone.takeBack(step.op);
    // A second thought took the place of the first, which was not sent either: what stood comes back as an entry.
    // What was let go never came to the server, which has nothing to take back.
    if (!gone || step.replaced) await day.phone.add({ day: day.day, ...step.before, undoes: gone ? null : step.op });
    await day.fill();
  });
  place.replaceChildren(button);
}

/** @param {readonly Answer[]} answers says what another phone had entered and this one replaced */
function sayElsewhere(answers) {
  const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-log-elsewhere]"));
  const values = answers.flatMap((answer) => answer.superseded).map(({ value }) => value).filter((value) => value !== null);
  if (!place || values.length === 0) return;
  place.textContent = (place.dataset.words ?? "").replace("{values}", values.map(wordsOf(place)).join(", "));
  place.hidden = false;
}

/** @param {HTMLElement} place @returns {(value: unknown) => string} */
const wordsOf = (place) => (value) => String({ yes: place.dataset.yes, no: place.dataset.no }[String(value)] ?? value);

/** @returns {Promise<typeof import("./shell.js")>} the script of the phone's own pages, fetched when it is needed */
export const fetchShell = () => import(__SHELL_JS__);

/**
 * Shows what is noted of doses and the server does not have yet; of a day that the phone does not keep it knows too little.
 * @param {DayForm} day
 * @returns {Promise<boolean>} whether there is anything
 */
async function tellUnsentDoses(day) {
  const [kept, records] = await Promise.all([day.phone.store.day(day.day), day.phone.store.records()]);
  const place = document.getElementById("doses");
  if (!kept || !place || !records.some(({ op, state }) => op.day === day.day && "dose" in op.set && state !== "rejected")) return false;
  await (await fetchShell()).tellOnServedPage(day, place);
  return true;
}

/** @param {DayForm} day @param {string} op asks the server for what changed around the form */
async function refreshParts(day, op) {
  const address = `/log/${day.day}/noted?${new URLSearchParams({ saved: op })}`;
  await htmx.ajax("GET", address, { target: "#log-answer", swap: "outerMorph" });
}

