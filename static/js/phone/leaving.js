/**
 * Signing out takes the person's diary off this phone; what was not sent is asked about first.
 *
 * Hooks: the form that signs out (its action ends in /logout), dialog#leaving with its buttons; data-forget, on the page
 * after a deletion, names whom this phone forgets.
 */
import { endReminders } from "../push_device.js";
import { forgetPlace } from "../timer_place.js";
import { forgetGuest } from "./guest.js";
import { deleteStore } from "./stores.js";
import { dropTaps } from "./taps.js";
import { noteWhose } from "./whose.js";

/** @typedef {import("./phone.js").Phone} Phone */

const PATIENCE_MS = 5_000;

/** @param {Promise<Phone | null>} started null: who is signed in keeps no diary; what was tried here goes all the same */
export function watchLeaving(started) {
  for (const form of document.querySelectorAll('form[action$="/logout"]')) {
    if (form instanceof HTMLFormElement) form.addEventListener("submit", (event) => void leave(event, form, started));
  }
}

/** @param {SubmitEvent} event @param {HTMLFormElement} form @param {Promise<Phone | null>} started */
async function leave(event, form, started) {
  event.preventDefault();
  // A tap may come before the phone's side is there. One that never comes must not keep the person signed in: the next
  // page then seals what is left.
  const late = new Promise((resolve) => window.setTimeout(resolve, PATIENCE_MS, null));
  const phone = /** @type {Phone | null} */ (await Promise.race([started.catch(() => null), late]));
  if (phone && !(await mayGo(phone))) return;
  await forgetGuest().catch(() => undefined);
  form.submit();
}

/** @param {Phone} phone @returns {Promise<boolean>} whether the diary was taken off this phone */
async function mayGo(phone) {
  await phone.flush();
  const { unsent, rejected } = await phone.status();
  if (unsent + rejected > 0 && (await ask(unsent + rejected, phone)) === "stay") return false;
  await forget(phone);
  return true;
}

/** @param {Phone} phone takes everything about the person off this phone */
export async function forget(phone) {
  phone.close();
  await forgetUser(phone.user);
  await endReminders().catch(() => undefined);
}

/** @param {string} user whose diary or account is deleted: nothing of it may be sent again */
export async function forgetUser(user) {
  dropTaps(user);
  forgetPlace();
  // A browser that keeps nothing may refuse this too: it must not keep the person signed in.
  await deleteStore(user).catch(() => undefined);
  await noteWhose(null);
  await navigator.clearAppBadge?.().catch(() => undefined);
}

/** @param {number} count @param {Phone} phone @returns {Promise<"go" | "stay">} */
function ask(count, phone) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("leaving"));
  const words = /** @type {HTMLElement} */ (dialog.querySelector("[data-words]"));
  const failed = /** @type {HTMLElement} */ (dialog.querySelector("[data-leaving-failed]"));
  words.textContent = (words.dataset.words ?? "").replace("{count}", String(count));
  failed.hidden = true;
  dialog.showModal();
  return new Promise((resolve) => {
    /** @param {"go" | "stay"} answer */
    const close = (answer) => {
      dialog.close();
      resolve(answer);
    };
    dialog.onclose = () => resolve("stay");
    dialog.onclick = async ({ target }) => {
      const chosen = target instanceof HTMLButtonElement ? target.value : "";
      if (chosen === "stay") close("stay");
      if (chosen === "discard") close("go");
      if (chosen !== "send") return;
      await phone.flush();
      const { unsent, rejected } = await phone.status();
      if (unsent + rejected === 0) close("go");
      else failed.hidden = false;
    };
  });
}
