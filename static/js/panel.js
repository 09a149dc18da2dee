/** The list of patients by keyboard: the arrows or j and k go through it, / leads to the search; Enter is the link's. */

const ROW = "[data-panel-row]";

/** @type {Readonly<Record<string, number>>} */
const STEP_OF = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

/**
 * @param {EventTarget | null} target
 * @returns {boolean} whether the key belongs to a field that somebody types or chooses in
 */
function isField(target) {
  return target instanceof Element && target.closest("input:not([type=checkbox]), select, textarea") !== null;
}

/** @param {number} step */
function go(step) {
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(`[data-panel] ${ROW}`)]);
  const here = document.activeElement?.closest("li")?.querySelector(ROW) ?? null;
  const at = rows.findIndex((row) => row === here);
  const next = at < 0 && step < 0 ? rows.length - 1 : at + step;
  rows[Math.max(0, Math.min(next, rows.length - 1))]?.focus();
}

/** @param {KeyboardEvent} event */
function follow(event) {
  // With another key it is the browser's own.
  if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented || isField(event.target)) return;
  const step = event.shiftKey ? undefined : STEP_OF[event.key];
  const search = document.querySelector("[data-panel-search]");
  if (step !== undefined && document.querySelector(`[data-panel] ${ROW}`)) {
    event.preventDefault();
    go(step);
  } else if (event.key === "/" && search instanceof HTMLInputElement) {
    event.preventDefault();
    search.focus();
    search.select();
  }
}

document.addEventListener("keydown", follow);
