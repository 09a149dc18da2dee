/**
 * The daily form: each tap is sent by htmx, and the status line says "Saved" only after the server's answer.
 *
 * Hooks: form[data-log] with hx-post and hx-trigger="change, submit"; [data-log-status] (ui.log_status);
 * [data-log-save] on the Save button, which is shown without JavaScript and after a failure.
 * data-log="changed" sends only the fields that the server has not acknowledged (and hidden ones), so that
 * an old page cannot overwrite what another device wrote; an input named "op" gets the id of the save.
 *
 * What was typed lives in the form alone: health data is kept in no browser storage here.
 */
import { OpIds } from "./op_ids.js";
import { Unsaved } from "./unsaved.js";

/** @typedef {import("htmx.org").HtmxRequestCtx} HtmxContext */
/** @typedef {CustomEvent<{ctx: HtmxContext}>} HtmxEvent */
/** @typedef {"unsaved" | "saving" | "saved" | "offline" | "failed" | "refused" | "signed-out"} LogState */

/** @typedef {{unsaved: Unsaved, opIds: OpIds}} Keeping what is remembered of a form */

/** After these the same save is worth sending again. @type {LogState[]} */
const TRY_AGAIN = ["offline", "failed", "signed-out"];

/** @type {WeakMap<HTMLFormElement, Keeping>} */
const keepingOf = new WeakMap();
/** @type {WeakMap<HtmxContext, {fields: ReadonlyMap<string, number>, opId: string | null}>} */
const carriedBy = new WeakMap();

/** @param {EventTarget | null | undefined} target @returns {HTMLFormElement | null} */
function dailyForm(target) {
  return target instanceof Element ? target.closest("form[data-log]") : null;
}

/** @returns {HTMLFormElement[]} */
const dailyForms = () => [...document.querySelectorAll(/** @type {"form"} */ ("form[data-log]"))];

/** @param {HTMLFormElement} form @returns {Keeping} */
function keeping(form) {
  const known = keepingOf.get(form) ?? { unsaved: new Unsaved(), opIds: new OpIds() };
  keepingOf.set(form, known);
  return known;
}

/** @param {HTMLFormElement} form */
const unsaved = (form) => keeping(form).unsaved;

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

/**
 * Of boxes of which none is ticked a browser sends nothing, and that is an answer too.
 * @param {FormData} body
 * @param {Iterable<string>} touched names of the fields that wait for the server
 */
export function addEmptyGroups(body, touched) {
  for (const name of touched) if (!body.has(name)) body.append(name, "");
}

/** @param {HTMLFormElement} form @param {LogState} state */
function show(form, state) {
  const line = /** @type {HTMLElement | null} */ (
    form.querySelector("[data-log-status]") ?? document.querySelector("[data-log-status]")
  );
  const save = /** @type {HTMLElement | null} */ (form.querySelector("[data-log-save]"));
  if (save) save.hidden = ![...TRY_AGAIN, "refused"].includes(state);
  if (!line || line.dataset.state === state) return;
  line.dataset.state = state;
  line.textContent = line.dataset[state === "signed-out" ? "signedOut" : state] ?? "";
}

/** @param {HTMLFormElement} form says that something is filled in and not saved, and shows the Save button */
export function offerSave(form) {
  show(form, "unsaved");
  form.querySelector("[data-log-save]")?.removeAttribute("hidden");
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

/** @param {HTMLSelectElement} select offers the usual strengths of the chosen drug while its amount is typed */
function offerStrengths(select) {
  const amount = select.form?.elements.namedItem(select.dataset.strengthsOf ?? "");
  if (amount instanceof HTMLInputElement) amount.setAttribute("list", `mg-${select.value.replaceAll(" ", "-")}`);
}

/** @param {HTMLInputElement} radio a "yes" opens what is asked next */
function openNext(radio) {
  const next = radio.form?.querySelector(`details[data-opens-with="${radio.name}"]`);
  if (radio.value === "yes") next?.setAttribute("open", "");
}

/** @param {Event} event */
function noteChange(event) {
  const { target } = event;
  if (target instanceof HTMLInputElement && target.type === "radio") {
    showValue(target);
    openNext(target);
  }
  if (target instanceof HTMLSelectElement && target.dataset.strengthsOf) offerStrengths(target);
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
  const { unsaved: waiting, opIds } = keeping(form);
  if (form.dataset.log === "changed") {
    const always = new Set([...form.querySelectorAll('input[type="hidden"]')].map((field) => field.getAttribute("name")));
    dropAcknowledged(body, (name) => waiting.has(name) || always.has(name));
    addEmptyGroups(body, waiting.snapshot().keys());
  }
  const opId = body.has("op") ? opIds.idFor(body) : null;
  if (opId) body.set("op", opId);
  carriedBy.set(ctx, { fields: waiting.snapshot(), opId });
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
  const { unsaved: waiting, opIds } = keeping(form);
  if (status !== undefined && status < 400) waiting.settle(carried.fields);
  const state = stateAfter(status, !waiting.empty);
  if (carried.opId && TRY_AGAIN.includes(state)) opIds.failed(carried.opId);
  show(form, state);
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
