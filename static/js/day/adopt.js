/**
 * What was tried on this phone without an account goes into the diary of the person who signs in: at once into an empty
 * one, otherwise after they were asked; and then it is no longer the guest's.
 *
 * Hooks of the day's page: [data-tried] with [data-tried-words] and its two buttons, [data-tried-done]; of the first
 * questions: [name=feet]. A script of its own, which app.js fetches where there was a guest.
 */
import { dayWords } from "../phone/clock.js";
import { adopted, daysTried, fits } from "../phone/tried.js";

/** @typedef {import("../phone/phone.js").Phone} Phone */
/** @typedef {import("../phone/stores.js").Store} Store */
/** @typedef {import("../phone/queue.js").Kept} Kept */
/** @typedef {import("./form.js").DayForm} DayForm */
/** @typedef {typeof import("../phone/guest.js").PARTS} Parts */

/**
 * @param {Phone} phone of the person who is signed in, with what the server told of their days
 * @param {DayForm | null} form the day's form, if this is its page
 * @param {Parts} parts
 */
export async function meetGuest(phone, form, parts) {
  const guest = await parts.openGuest();
  if (!form) return fillInFoot(guest);
  const records = await guest.records();
  const mine = await guest.get("adopter");
  if (daysTried(records).length === 0) return forget(guest, parts);
  // Somebody else said yes, and their page was closed before it was done: it is theirs.
  if (mine !== undefined && mine !== phone.user) return guest.close();
  const [rev, feet] = await Promise.all([phone.store.get("rev"), phone.store.get("feet")]);
  // Nothing was ever entered in this account.
  const isNew = rev === 0 && fits(records, feet);
  if (mine === phone.user || isNew || (await ask(daysTried(records)))) await adopt(phone, form, guest, parts);
  else await forget(guest, parts);
}

/** The first questions begin with the foot that was chosen while trying. @param {Store} guest */
async function fillInFoot(guest) {
  const radios = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('form[action$="/start"] [name="feet"]'));
  const feet = await guest.get("feet");
  guest.close();
  if ([...radios].some((radio) => radio.checked)) return;
  for (const radio of radios) radio.checked = radio.value === feet;
}

/** @param {string[]} days @returns {Promise<boolean>} once one of the buttons was tapped */
function ask(days) {
  const card = /** @type {HTMLElement} */ (document.querySelector("[data-tried]"));
  const words = /** @type {HTMLElement} */ (card.querySelector("[data-tried-words]"));
  words.textContent = sentence(days.length > 1 ? words.dataset.many : words.dataset.one, days);
  card.hidden = false;
  return new Promise((resolve) => {
    card.addEventListener("click", ({ target }) => {
      if (!(target instanceof HTMLButtonElement)) return;
      card.hidden = true;
      resolve(target.value === "yes");
    });
  });
}

/** @param {Phone} phone @param {DayForm} form @param {Store} guest @param {Parts} parts */
async function adopt(phone, form, guest, parts) {
  await guest.set("adopter", phone.user);
  const records = await guest.records();
  const days = daysTried(records);
  const diary = new Map(await Promise.all(days.map(async (day) => /** @type {const} */ ([day, await phone.dayShown(day)]))));
  await phone.store.change((queued) => {
    const there = new Set(queued.map(({ op }) => op.op));
    const ops = adopted(records, diary).filter(({ op }) => !there.has(op));
    return { put: ops.map((op) => ({ state: "waiting", tried: false, op, error: null })), remove: [] };
  });
  await forget(guest, parts);
  await form.fill();
  const done = /** @type {HTMLElement | null} */ (document.querySelector("[data-tried-done]"));
  if (done) {
    done.textContent = sentence(days.length > 1 ? done.dataset.many : done.dataset.one, days);
    done.hidden = false;
  }
  await phone.flush();
}

/** @param {Store} guest @param {Parts} parts */
async function forget(guest, { forgetGuest }) {
  guest.close();
  await forgetGuest();
}

/** @param {string | undefined} words @param {string[]} days */
const sentence = (words, days) =>
  (words ?? "").replace("{days}", days.map((day) => dayWords(day, { day: "numeric", month: "long" })).join(", "));
