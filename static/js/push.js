/**
 * Reminders on this device: the settings page's card, which says in words how things stand.
 *
 * Hooks: [data-push] with data-push-key (the server's public key) and data-push-told (where to post);
 * [data-push-state="unsupported | install | blocked | off | on | failed"], of which one is shown;
 * [data-push-on] and [data-push-off], buttons. Permission is asked only from a tap.
 */
import { fromBase64url } from "./base64url.js";
import { currentSubscription, endSubscription } from "./push_device.js";

/** @typedef {"unsupported" | "install" | "blocked" | "off" | "on" | "failed"} State */

/**
 * @param {{hasPush: boolean, isApple: boolean, isInstalled: boolean, permission: string, isSubscribed: boolean}} facts
 * @returns {State}
 */
export function stateOf({ hasPush, isApple, isInstalled, permission, isSubscribed }) {
  if (!hasPush) return isApple && !isInstalled ? "install" : "unsupported";
  if (permission === "denied") return "blocked";
  return isSubscribed && permission === "granted" ? "on" : "off";
}

/** @param {PushSubscription | null} subscription */
function facts(subscription) {
  const isApple = /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
  return {
    hasPush: "PushManager" in window && "Notification" in window && "serviceWorker" in navigator,
    isApple,
    isInstalled: matchMedia("(display-mode: standalone)").matches,
    permission: "Notification" in window ? Notification.permission : "default",
    isSubscribed: subscription !== null,
  };
}

const token = () => document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";

/** @param {string} address @param {PushSubscription} subscription */
async function tell(address, subscription) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(subscription.toJSON()),
  });
  if (!answer.ok) throw new Error(`answered with ${answer.status}`);
}

/** @param {PushSubscription} subscription @param {string} key the server's, in base64url */
function isForKey(subscription, key) {
  const used = new Uint8Array(subscription.options.applicationServerKey ?? new ArrayBuffer(0));
  const wanted = new Uint8Array(fromBase64url(key));
  return used.length === wanted.length && used.every((byte, at) => byte === wanted[at]);
}

/** @param {HTMLElement} card */
async function switchOn(card) {
  // First of all, while the tap still counts.
  if ((await Notification.requestPermission()) !== "granted") return;
  const registration = await navigator.serviceWorker.ready;
  const key = card.dataset.pushKey ?? "";
  const old = await registration.pushManager.getSubscription();
  if (old && !isForKey(old, key)) await old.unsubscribe();
  const options = { userVisibleOnly: true, applicationServerKey: fromBase64url(key) };
  await tell(card.dataset.pushTold ?? "", await registration.pushManager.subscribe(options));
}

async function switchOff() {
  const subscription = await currentSubscription();
  if (subscription) await endSubscription(subscription);
}

/** @param {HTMLElement} card @param {State} state */
function show(card, state) {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (card.querySelectorAll("[data-push-state]"))) {
    part.hidden = part.dataset.pushState !== state;
    const status = card.querySelector("[data-push-status]");
    if (!part.hidden && status) status.textContent = part.textContent;
  }
  const on = /** @type {HTMLElement | null} */ (card.querySelector("[data-push-on]"));
  const off = /** @type {HTMLElement | null} */ (card.querySelector("[data-push-off]"));
  if (on) on.hidden = state !== "off" && state !== "failed";
  if (off) off.hidden = state !== "on";
  card.hidden = false;
}

/** @param {HTMLElement} card @param {(card: HTMLElement) => Promise<void>} change */
async function run(card, change) {
  try {
    await change(card);
    show(card, stateOf(facts(await currentSubscription())));
  } catch {
    show(card, "failed");
  }
}

/** @param {HTMLElement} card tells the server the subscription that this device has now */
async function heal(card) {
  const subscription = await currentSubscription();
  if (!subscription || Notification.permission !== "granted") return;
  if (!isForKey(subscription, card.dataset.pushKey ?? "")) return switchOn(card);
  await tell(card.dataset.pushTold ?? "", subscription);
}

export function watchPush() {
  const card = /** @type {HTMLElement | null} */ (document.querySelector("[data-push]"));
  if (!card) return;
  card.querySelector("[data-push-on]")?.addEventListener("click", () => void run(card, switchOn));
  card.querySelector("[data-push-off]")?.addEventListener("click", () => void run(card, switchOff));
  void run(card, heal);
}

if (typeof document !== "undefined") watchPush();
