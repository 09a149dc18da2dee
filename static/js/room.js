/**
 * What a swap must not take away: the room that a part of the page took until it comes again, so that nothing jumps,
 * and the place of whoever goes by keyboard.
 */

const PARTS = ".panels > [id]";

/** How high each part was, by its id. @type {Map<string, number>} */
const heights = new Map();
/** The part that had the focus. @type {string} */
let place = "";

function remember() {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`${PARTS}:not([data-later])`))) {
    heights.set(part.id, part.offsetHeight);
  }
  place = document.activeElement?.closest(PARTS)?.id ?? "";
}

function restore() {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`${PARTS}[data-later]`))) {
    const height = heights.get(part.id);
    if (height) part.style.minHeight = `${height}px`;
  }
  if (!place || document.activeElement !== document.body) return;
  focusQuietly(document.getElementById(place)?.querySelector(".figure__sentence"));
}

/** Goes on from an element that no tab stops at. @param {Element | null | undefined} element */
export function focusQuietly(element) {
  if (!(element instanceof HTMLElement)) return;
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

export function keepRoom() {
  document.addEventListener("htmx:before:swap", remember);
  document.addEventListener("htmx:after:swap", restore);
}
