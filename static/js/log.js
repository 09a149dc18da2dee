/**
 * The daily form: each tap is sent by htmx, and the status line says "Saved" only after the server's answer.
 *
 * Hooks: form[data-log] with hx-post and hx-trigger="change, submit"; [data-log-status] (ui.log_status);
 * [data-log-save] on the Save button, which is shown without JavaScript and after a failure.
 * data-log="changed" sends only the fields that the server has not acknowledged (and hidden ones), so that
 * an old page cannot overwrite what another device wrote; an input named "op" gets a new UUID per request.
 *
 * What was typed lives in the form alone: health data is kept in no browser storage here.
 */
import { Unsaved } from "./unsaved.js";

/** @typedef {import("htmx.org").HtmxRequestCtx} HtmxContext */
/** @typedef {CustomEvent<{ctx: HtmxContext}>} HtmxEvent */
/** @typedef {"unsaved" | "saving" | "saved" | "offline" | "failed" | "refused" | "signed-out"} LogState */

/** @type {WeakMap<HTMLFormElement, Unsaved>} */
const unsavedOf = new WeakMap();
/** @type {WeakMap<HtmxContext, ReadonlyMap<string, number>>} */
const carriedBy = new WeakMap();

/** @param {EventTarget | null | undefined} target @returns {HTMLFormElement | null} */
function dailyForm(target) {
  return target instanceof Element ? target.closest("form[data-log]") : null;
}

/** @returns {HTMLFormElement[]} */
const dailyForms = () => [...document.querySelectorAll(/** @type {"form"} */ ("form[data-log]"))];

/** @param {HTMLFormElement} form */
function unsaved(form) {
  const known = unsavedOf.get(form) ?? new Unsaved();
  unsavedOf.set(form, known);
  return known;
}

/**
 * @param {number | undefined} status of the answer, undefined when there was none
 * @param {boolean} anythingLeft
 * @returns {LogState}
 */
export function stateAfter(status, anythingLeft) {
  if (status === undefined) return "offline";
  if (status === 401) return "signed-out";
  if (status >= 500 || status === 429) return "failed";
  if (status >= 400) return "refused";
  return anythingLeft ? "saving" : "saved";
}

/**
 * Takes the acknowledged fields out of a request; hidden inputs say which day it is and stay.
 * @param {FormData} body
 * @param {(name: string) => boolean} keeps
 */
export function dropAcknowledged(body, keeps) {
  for (const name of new Set(body.keys())) if (!keeps(name)) body.delete(name);
}

/** @param {HTMLFormElement} form @param {LogState} state */
function show(form, state) {
  const line = /** @type {HTMLElement | null} */ (
    form.querySelector("[data-log-status]") ?? document.querySelector("[data-log-status]")
  );
  const save = /** @type {HTMLElement | null} */ (form.querySelector("[data-log-save]"));
  if (save) save.hidden = !["offline", "failed", "refused", "signed-out"].includes(state);
  if (!line || line.dataset.state === state) return;
  line.dataset.state = state;
  line.textContent = line.dataset[state === "signed-out" ? "signedOut" : state] ?? "";
}

/** @param {HTMLInputElement} radio writes the chosen number into the heading of its scale */
function showValue(radio) {
  const scale = /** @type {HTMLElement | null} */ (radio.closest("[data-scale]"));
  const output = scale?.querySelector("[data-scale-value]");
  if (!scale || !output) return;
  if (radio.value === "") {
    output.textContent = scale.dataset.scaleNone ?? "";
    return;
  }
  const number = document.createElement("b");
  number.textContent = radio.value;
  output.replaceChildren(number, ` ${scale.dataset.scaleOf ?? ""}`);
}

/** @param {Event} event */
function noteChange(event) {
  const { target } = event;
  if (target instanceof HTMLInputElement && target.type === "radio") showValue(target);
  const form = dailyForm(target);
  const name = target instanceof Element ? target.getAttribute("name") : null;
  if (!form || !name) return;
  unsaved(form).touch(name);
  show(form, "unsaved");
}

/** @param {HtmxEvent} event */
function prepare(event) {
  const { ctx } = event.detail;
  const form = dailyForm(ctx.sourceElement);
  const { body } = ctx.request;
  if (!form || !(body instanceof FormData)) return;
  const waiting = unsaved(form);
  carriedBy.set(ctx, waiting.snapshot());
  if (form.dataset.log === "changed") {
    const always = new Set([...form.querySelectorAll('input[type="hidden"]')].map((field) => field.getAttribute("name")));
    dropAcknowledged(body, (name) => waiting.has(name) || always.has(name));
  }
  if (body.has("op")) body.set("op", crypto.randomUUID());
  show(form, "saving");
}

/**
 * An answer that sends to the sign-in page would take away what was typed.
 * @param {HtmxEvent} event
 */
function stayWhenSignedOut(event) {
  const { ctx } = event.detail;
  const form = dailyForm(ctx.sourceElement);
  if (!form || ctx.response?.status !== 401) return;
  event.preventDefault();
  show(form, "signed-out");
}

/** @param {HtmxEvent} event */
function conclude(event) {
  const { ctx } = event.detail;
  const form = dailyForm(ctx.sourceElement);
  const carried = carriedBy.get(ctx);
  if (!form || !carried) return;
  const status = ctx.response?.status;
  if (status !== undefined && status < 400) unsaved(form).settle(carried);
  show(form, stateAfter(status, !unsaved(form).empty));
}

function sendWaiting() {
  for (const form of dailyForms()) if (!unsaved(form).empty) form.requestSubmit();
}

/** @param {BeforeUnloadEvent} event */
function warnBeforeLeaving(event) {
  if (dailyForms().some((form) => !unsaved(form).empty)) event.preventDefault();
}

export function watchDailyForm() {
  document.addEventListener("input", noteChange);
  document.addEventListener("htmx:config:request", prepare);
  document.addEventListener("htmx:before:response", stayWhenSignedOut);
  document.addEventListener("htmx:finally:request", conclude);
  window.addEventListener("online", sendWaiting);
  window.addEventListener("beforeunload", warnBeforeLeaving);
  document.addEventListener("visibilitychange", () => document.hidden && navigator.onLine && sendWaiting());
  for (const button of document.querySelectorAll("form[data-log] [data-log-save]")) button.setAttribute("hidden", "");
}
