/**
 * Guesses the time zone into an empty field, where the person sees and can change it.
 * Hooks: input or select [data-zone]; [data-zone-shown] repeats the guess as text.
 */

/** What a browser says that does not know its zone. */
const UNKNOWN = "Etc/Unknown";

/** @returns {string} an IANA name, empty where the browser hides it */
export function browserZone() {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  return zone === "UTC" || (zone.includes("/") && zone !== UNKNOWN) ? zone : "";
}

/** @param {ParentNode} root */
export function guessZone(root) {
  const zone = browserZone();
  if (!zone) return;
  for (const field of root.querySelectorAll("[data-zone]")) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement) || field.value) continue;
    field.value = zone;
  }
  for (const shown of root.querySelectorAll("[data-zone-shown]")) shown.textContent = zone;
}
