/** Every page: htmx, its failures said plainly, what waits on this phone, the time zone, the installed app. */
import "htmx.org";
import { countLetters } from "./counter.js";
import { openNamed } from "./details.js";
import { startPhone } from "./phone/boot.js";
import { watchUpdates } from "./pwa.js";
import { hideToast, showToast } from "./toast.js";
import { guessZone } from "./zone.js";

const SAFE_METHODS = ["GET", "HEAD"];

/** @param {CustomEvent<{ctx: import("htmx.org").HtmxRequestCtx}>} event */
function sendToken(event) {
  const { request } = event.detail.ctx;
  const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content");
  if (token && !SAFE_METHODS.includes(request.method)) request.headers["X-CSRFToken"] = token;
}

/**
 * Says that a request failed, unless the form at hand says so itself.
 * @param {CustomEvent<{ctx?: import("htmx.org").HtmxRequestCtx}>} event
 */
function sayFailure(event) {
  const { ctx } = event.detail;
  const status = ctx?.response?.status;
  // A 4xx answer is swapped into the page and speaks for itself; a 5xx answer is not shown.
  if (!status) showToast(ctx?.request.method === "GET" ? "failed" : "offline");
  else if (status >= 500) showToast("error");
}

/**
 * A form that is sent without a connection would be replaced by the browser's own error page, unless the phone keeps it.
 * @param {SubmitEvent} event
 */
function keepFormOffline(event) {
  const { target } = event;
  if (navigator.onLine || (target instanceof HTMLElement && "phoneKeeps" in target.dataset)) return;
  event.preventDefault();
  event.stopPropagation();
  showToast("offline");
}

/** A summary that came with the page takes focus by its attribute; one that was swapped in needs help. */
function focusErrorSummary() {
  /** @type {HTMLElement | null} */ (document.querySelector("[data-error-summary]"))?.focus();
}

document.addEventListener("htmx:config:request", sendToken);
document.addEventListener("htmx:response:error", sayFailure);
document.addEventListener("htmx:error", sayFailure);
document.addEventListener("htmx:after:swap", () => {
  focusErrorSummary();
  guessZone(document);
});
document.addEventListener("submit", keepFormOffline, { capture: true });
window.addEventListener("online", hideToast);
window.addEventListener("hashchange", openNamed);

openNamed();
countLetters();
void startPhone();
guessZone(document);
watchUpdates();
