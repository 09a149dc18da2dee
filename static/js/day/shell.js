/**
 * The phone's own pages, for when there is no connection: they come without a person in them and are filled from what
 * is kept for the one who was signed in last. A script of its own, which day.js fetches on these pages.
 */
import { watchRisk } from "../phone/at_risk.js";
import { dayAfter, dayWords, wallClock } from "../phone/clock.js";
import { isLogged } from "../phone/days.js";
import { lastChart } from "../phone/last_chart.js";
import { changeDose, listDoses, offerAgain } from "./doses.js";
import { keepUnsent, showHappenings } from "./happening.js";
import { inTurn } from "./in_turn.js";
import { askMissed } from "./missed.js";
import { NIGHT_ENDS, part, showFeet, showHead } from "./own_page.js";
import { showPlan } from "./plan.js";
import { startTry } from "./try.js";

/** @typedef {import("../phone/phone.js").Phone} Phone */
/** @typedef {import("./form.js").DayForm} DayForm */
/** @typedef {import("./own_page.js").Parts} Parts */

const STRIP_DAYS = 14;

export { keepUnsent };

/** @param {string} page "log", "progress", "events" or "try" @param {Parts} parts */
export async function startShell(page, parts) {
  if (page === "try") return startTry(parts);
  const whose = await parts.whoseIsIt();
  if (!whose || whose.locked) return showNobody(page, whose?.user, parts);
  const phone = await parts.Phone.open(whose.user, null);
  if (page === "progress") await showChart(phone);
  else if (page === "events") await showHappenings(phone);
  else await showLog(phone, parts);
  watchRisk(phone);
  phone.watch();
}

/** @param {string} page @param {string | undefined} user whose entries wait, though nobody is signed in @param {Parts} parts */
async function showNobody(page, user, { counted, openStore }) {
  const shown = part(page === "progress" ? "nothing" : "nobody");
  if (shown) shown.hidden = false;
  const waiting = part("waiting");
  if (!user || !waiting) return;
  const store = await openStore(user);
  const { unsent, rejected } = await counted(store);
  store.close();
  waiting.hidden = unsent + rejected === 0;
  waiting.textContent = (waiting.dataset.words ?? "").replace("{count}", String(unsent + rejected));
}

/** @param {Phone} phone */
async function showChart(phone) {
  const kept = await lastChart(phone.store);
  const [place, seen, nothing] = [part("chart"), part("seen"), part("nothing")];
  if (!kept || !place || !seen) {
    if (nothing) nothing.hidden = false;
    return;
  }
  place.innerHTML = kept.html;
  const { day } = wallClock(await zoneOf(phone), new Date(kept.at));
  seen.textContent = (seen.dataset.words ?? "").replace("{day}", dayWords(day, { dateStyle: "long" }));
  seen.hidden = false;
}

/** @param {Phone} phone @returns {Promise<string | undefined>} */
const zoneOf = async (phone) => /** @type {string | undefined} */ (await phone.store.get("zone"));

/** @param {Phone} phone @param {Parts} parts */
async function showLog(phone, { startDay }) {
  const clock = wallClock(await zoneOf(phone));
  const asked = /^\/log\/(\d{4}-\d{2}-\d{2})$/.exec(location.pathname)?.[1];
  if (!asked && clock.hour < NIGHT_ENDS) return askWhichDay(clock.day);
  const day = asked && asked <= clock.day ? asked : clock.day;
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-log]"));
  const shown = part("day");
  if (!form || !shown) return;
  form.dataset.day = day;
  form.querySelector('[name="dose_id"]')?.setAttribute("value", crypto.randomUUID());
  showFeet(/** @type {string | undefined} */ (await phone.store.get("feet")));
  showHead(day, clock.day);
  await showPlan(phone, day);
  window.addEventListener("online", () => showHead(day, clock.day, { offline: false }));
  const page = startDay(phone, form, { served: false });
  // What is asked comes first; the days below it are drawn when it can be answered.
  shown.hidden = false;
  const labels = fetchLabels();
  const update = inTurn(async () => {
    const logged = await drawStrip(phone, day, clock.day);
    await askMissed(phone, { day, today: clock.day, logged });
    await tellDoses(page, await labels);
  });
  phone.addEventListener("change", () => void update());
  await update();
  const toChange = new URLSearchParams(location.search).get("dose");
  if (toChange) await changeDose(page, toChange);
}

/** @param {DayForm} page @param {typeof import("../labels.js") | null} labels */
async function tellDoses(page, labels) {
  await listDoses(page);
  await offerAgain(page);
  await labels?.drawLabels(page.phone, page.form, page.day);
}

/**
 * On the server's own page of a day, when no answer comes: what the phone knows of the doses takes the place of what the
 * server told of them, in the words of the phone's own log.
 * @param {DayForm} page
 * @param {HTMLElement} place
 */
export async function tellOnServedPage(page, place) {
  if (!place.querySelector("[data-shell-doses]")) {
    // The service worker has it.
    const own = new DOMParser().parseFromString(await (await fetch("/offline/log")).text(), "text/html");
    const parts = own.querySelectorAll("[data-shell-doses], [data-shell-labels]");
    if (parts.length === 0) return;
    place.replaceChildren(...parts);
  }
  await tellDoses(page, await fetchLabels());
}

/** @returns {Promise<typeof import("../labels.js") | null>} what labels say; null where the browser took it off the phone */
const fetchLabels = () => import(__LABELS_JS__).catch(() => null);

/** @param {string} today */
function askWhichDay(today) {
  const night = part("night");
  if (!night) return;
  for (const link of night.querySelectorAll(/** @type {"a"} */ ("a[data-night]"))) {
    link.href = `/log/${dayAfter(today, Number(link.dataset.night))}${location.hash}`;
  }
  night.hidden = false;
}

/** @param {Phone} phone @param {string} current @param {string} today @returns {Promise<string[]>} the logged days */
async function drawStrip(phone, current, today) {
  const strip = part("strip");
  if (!strip) return [];
  const days = Array.from({ length: STRIP_DAYS }, (_one, index) => dayAfter(today, index + 1 - STRIP_DAYS));
  const values = await phone.daysShown(days);
  strip.replaceChildren(...values.map((one) => stripDay(one.day, isLogged(one), one.day === current, strip)));
  return values.filter(isLogged).map((one) => one.day);
}

/** @param {string} day @param {boolean} logged @param {boolean} current @param {HTMLElement} strip */
function stripDay(day, logged, current, strip) {
  const [line, link, said, shown] = ["li", "a", "span", "span"].map((name) => document.createElement(name));
  if (!(link instanceof HTMLAnchorElement) || !line || !said || !shown) throw new Error("no element");
  Object.assign(link, { href: `/log/${day}`, id: `strip-${day}`, className: logged ? "days__day days__day--logged" : "days__day" });
  if (current) link.setAttribute("aria-current", "date");
  Object.assign(said, { className: "sr", textContent: `${dayWords(day, { weekday: "long", day: "numeric", month: "long" })}: ${(logged ? strip.dataset.logged : strip.dataset.empty) ?? ""}` });
  shown.setAttribute("aria-hidden", "true");
  shown.textContent = dayWords(day, { weekday: "short", day: "numeric" });
  link.append(said, shown);
  line.append(link);
  return line;
}
