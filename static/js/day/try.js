/**
 * The day's form without an account: what is entered is kept in the browser's database for a guest and never sent.
 *
 * Hooks: [name=feet], [data-try-signed-in], [data-try-night], [data-try-forget], [data-try-gone], [data-try-others] with
 * its words, and those of the phone's own log (shell.js).
 */
import { dayAfter, dayWords, wallClock } from "../phone/clock.js";
import { daysTried } from "../phone/tried.js";
import { listDoses, offerAgain } from "./doses.js";
import { NIGHT_ENDS, part, showFeet, showHead } from "./own_page.js";

/** @typedef {import("./own_page.js").Parts} Parts */
/** @typedef {import("../phone/phone.js").Phone} Phone */

/** The end of the address after everything was forgotten, so that the page that is loaded again says so. */
const GONE = "#gone";

/** @param {string} name @returns {HTMLElement | null} */
const own = (name) => document.querySelector(`[data-try-${name}]`);

/** @param {Parts} parts */
export async function startTry(parts) {
  document.addEventListener("visibilitychange", () => void giveWay(parts));
  if (await giveWay(parts)) return;
  if (location.hash === GONE) sayGone();
  const { day, hour } = wallClock(undefined);
  const night = part("night");
  if (hour >= NIGHT_ENDS || !night) return showDay(parts, day, day);
  night.hidden = false;
  night.addEventListener("click", ({ target }) => {
    const back = target instanceof HTMLElement ? target.dataset.tryNight : undefined;
    if (back === undefined) return;
    night.hidden = true;
    void showDay(parts, dayAfter(day, Number(back)), day);
  });
}

/** Whoever is signed in has a log of their own. @param {Parts} parts @returns {Promise<boolean>} */
async function giveWay({ whoseIsIt }) {
  const whose = await whoseIsIt();
  const [card, shown] = [own("signed-in"), part("day")];
  if (!whose || whose.locked || !card || !shown) return false;
  card.hidden = false;
  shown.hidden = true;
  return true;
}

/** @param {Parts} parts @param {string} day @param {string} today */
async function showDay(parts, day, today) {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-log]"));
  const shown = part("day");
  if (!form || !shown) return;
  form.dataset.day = day;
  form.querySelector('[name="dose_id"]')?.setAttribute("value", crypto.randomUUID());
  showHead(day, today);
  const guest = await openGuest(parts);
  await askFoot(guest);
  const page = parts.startDay(guest, form, { served: false });
  const update = async () => {
    await listDoses(page);
    await offerAgain(page);
    await showKept(guest, day);
  };
  guest.addEventListener("change", () => void update());
  await update();
  own("forget")?.addEventListener("click", () => void forget(parts, guest));
  shown.hidden = false;
}

/** @param {Parts} parts @returns {Promise<Phone>} a phone that keeps and never sends */
async function openGuest({ GUEST, Phone, noteGuest, openStore, pageStore, takeOverTaps }) {
  class Guest extends Phone {
    /** @override @param {import("../phone/phone.js").Entry} entry */
    async add(entry) {
      void noteGuest(true);
      void navigator.storage?.persist?.();
      return super.add(entry);
    }

    /** @override */
    async flush() {
      return [];
    }
  }
  const store = await openStore(GUEST).catch(pageStore);
  await takeOverTaps(GUEST, store);
  const guest = new Guest({ user: GUEST, store });
  await guest.load();
  return guest;
}

/** @param {Phone} guest asks for the foot before anything about a foot */
async function askFoot(guest) {
  const chosen = await guest.store.get("feet");
  showFeet(String(chosen ?? "none"));
  for (const radio of document.querySelectorAll('[name="feet"]')) {
    if (!(radio instanceof HTMLInputElement)) continue;
    radio.checked = radio.value === chosen;
    radio.addEventListener("change", () => {
      showFeet(radio.value);
      void guest.store.set("feet", radio.value);
    });
  }
}

/** @param {Phone} guest @param {string} day that is shown */
async function showKept(guest, day) {
  const days = daysTried(await guest.store.records());
  const button = own("forget");
  if (button) button.hidden = days.length === 0;
  const others = own("others");
  if (!others) return;
  const named = days.filter((one) => one !== day).map((one) => dayWords(one, { weekday: "long", day: "numeric", month: "long" }));
  others.hidden = named.length === 0;
  others.textContent = (others.dataset.words ?? "").replace("{days}", named.join("; "));
}

/** @param {Parts} parts @param {Phone} guest */
async function forget({ forgetGuest }, guest) {
  guest.close();
  await forgetGuest();
  location.hash = GONE;
  location.reload();
}

function sayGone() {
  history.replaceState(null, "", location.pathname);
  const line = own("gone");
  if (line) line.hidden = false;
}
