/** The question about empty days on the phone's own page. */
import { dayAfter, dayWords } from "../phone/clock.js";
import { LEFT_HERE, missedDays } from "../phone/missed.js";

/** @typedef {import("../phone/phone.js").Phone} Phone */

const NAMED = 3;
/** Within so many days a weekday alone says which day is meant. */
const WEEK = 7;

/** @param {Phone} phone @returns {Promise<import("../phone/missed.js").PauseDays[]>} none from a server that tells of none */
const pausesOf = async (phone) => /** @type {import("../phone/missed.js").PauseDays[]} */ ((await phone.store.get("pauses")) ?? []);

/** @param {Phone} phone @returns {Promise<string>} */
async function leftUntil(phone) {
  const told = await Promise.all([phone.store.get("left_empty_until"), phone.store.get(LEFT_HERE)]);
  return told.map((day) => String(day ?? "")).sort().at(-1) ?? "";
}

/**
 * Hooks: [data-shell-missed] with its words, a link and a button; [data-shell-next] with its words.
 * @param {Phone} phone
 * @param {{day: string, today: string, logged: string[]}} shown the day of the page, and the logged ones of the strip
 */
export async function askMissed(phone, { day, today, logged }) {
  const card = /** @type {HTMLElement | null} */ (document.querySelector("[data-shell-missed]"));
  const next = /** @type {HTMLElement | null} */ (document.querySelector("[data-shell-next]"));
  const [fill, stay, title] = [card?.querySelector("a"), card?.querySelector("button"), card?.querySelector("h2")];
  if (!card || !next || !fill || !stay || !title) return;
  const missed = missedDays(logged, today, await leftUntil(phone), await pausesOf(phone));
  const following = missed.find((one) => one > day);
  // A day long before has nothing to do with the empty ones.
  next.hidden = following === undefined || day < dayAfter(missed[0] ?? "", -1);
  lead(next.querySelector("a"), following, (next.dataset.words ?? "").replace("{day}", following ? nameOf(following, today) : ""));
  card.hidden = day !== today || missed.length === 0;
  title.textContent = sentence(card, missed, today);
  lead(fill, missed[0], null);
  stay.textContent = (missed.length > 1 ? stay.dataset.many : stay.dataset.one) ?? "";
  stay.onclick = async () => {
    await phone.store.set(LEFT_HERE, missed.at(-1));
    card.hidden = true;
  };
}

/** @param {HTMLAnchorElement | null | undefined} link @param {string | undefined} day @param {string | null} words */
function lead(link, day, words) {
  if (!link || !day) return;
  link.href = `/log/${day}`;
  if (words !== null) link.textContent = words;
}

/** @param {string} day @param {string} today @returns {string} the weekday, with the date where the weekday alone could be another day */
const nameOf = (day, today) => dayWords(day, { weekday: "long", ...(day > dayAfter(today, -WEEK) ? {} : { day: "numeric", month: "long" }) });

/** @param {HTMLElement} card @param {string[]} missed @param {string} today */
function sentence(card, missed, today) {
  const { one = "", few = "", many = "" } = card.dataset;
  const days = new Intl.ListFormat(document.documentElement.lang || undefined).format(missed.map((day) => nameOf(day, today)));
  if (missed.length <= NAMED) return (missed.length === 1 ? one : few).replace("{days}", days);
  return many.replace("{count}", String(missed.length)).replace("{day}", nameOf(missed[0] ?? "", today));
}
