/**
 * Says how long a text is while it is typed; nothing is cut off, the server says when it is too long.
 * Hooks: textarea [data-count] with the sentence and [data-most]; its form has a [data-count-shown].
 */

/** @param {string} text @returns {number} what the server counts: characters, a line's end as one */
export function lengthOf(text) {
  return [...text.trim()].length;
}

/** @param {Event} event */
function show({ target }) {
  if (!(target instanceof HTMLTextAreaElement)) return;
  const { count, most } = target.dataset;
  const shown = target.form?.querySelector("[data-count-shown]");
  if (!count || !most || !shown) return;
  shown.textContent = count.replace("{count}", String(lengthOf(target.value))).replace("{most}", most);
}

/** Watches every such text of the page. */
export function countLetters() {
  document.addEventListener("input", show);
}
