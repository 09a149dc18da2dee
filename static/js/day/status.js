/**
 * The one line that says where the entries are. "Saved" is said only of what the server has; what lies on the phone is
 * called that, with how many there are.
 *
 * Hooks: [data-log-status] with a sentence for each state in its data attributes.
 */

/** @typedef {import("../phone/phone.js").Status} Status */
/** @typedef {"" | "saving" | "saved" | "kept" | "page-only" | "look" | "signed-out" | "outdated"} Said */

/**
 * @param {Status} status
 * @param {{entered: boolean, online: boolean}} page whether anything was entered on it, and whether there is a network
 * @returns {Said}
 */
export function said({ unsent, rejected, outcome, lasting, sending }, { entered, online }) {
  if (unsent > 0) {
    if (outcome === "signed-out") return "signed-out";
    if (outcome === "outdated") return "outdated";
    if (sending && online && (outcome === null || outcome === "sent")) return "saving";
    return lasting ? "kept" : "page-only";
  }
  if (rejected > 0) return "look";
  return entered ? "saved" : "";
}

/** Underlined in the page's data: "signed-out" is data-signed-out. @param {Said} state */
const attribute = (state) => state.replace(/-(.)/g, (_all, letter) => letter.toUpperCase());

/**
 * @param {HTMLElement} line
 * @param {Said} state
 * @param {Pick<Status, "unsent" | "rejected">} status
 */
export function say(line, state, { unsent, rejected }) {
  const count = state === "look" ? rejected : unsent;
  const words = state === "" ? "" : (line.dataset[attribute(state)] ?? "").replace("{count}", String(count));
  if (line.dataset.state !== state) line.dataset.state = state;
  if (line.textContent !== words) line.textContent = words;
}
