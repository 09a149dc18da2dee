/** The page before a visit: the arrow keys lead to the next patient of the list and to the one before. */

/** @type {Readonly<Record<string, string>>} */
const LINK_OF = { ArrowLeft: "prev", ArrowRight: "next" };

/** @param {KeyboardEvent} event */
function follow(event) {
  // With another key it is the browser's own: Alt and an arrow goes back.
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  const rel = LINK_OF[event.key];
  const link = rel && document.querySelector(`main a[rel="${rel}"]`);
  if (link instanceof HTMLAnchorElement) link.click();
}

document.addEventListener("keydown", follow);
