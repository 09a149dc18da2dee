/** Folded parts of a page that an address can name. */

/** Opens the folded part that the end of the address names, as a link from a chart to its source does. */
export function openNamed() {
  const named = document.getElementById(location.hash.slice(1));
  if (!(named instanceof HTMLDetailsElement)) return;
  named.open = true;
  named.scrollIntoView();
}
