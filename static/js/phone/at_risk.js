/**
 * The warning that what waits on this phone may be lost: the browser may delete it when it needs the room, or it has
 * waited for a day.
 *
 * Hooks: #at-risk with a sentence for each risk in its data attributes.
 */
import { dayWords, wallClock } from "./clock.js";

/** @typedef {import("./phone.js").Phone} Phone */
/** @typedef {"" | "long" | "evictable"} Risk */

/** So many may wait before it is worth a warning that the browser did not promise to keep them. */
const FEW = 3;
const LONG_MS = 24 * 3_600_000;
/** What is only on its way, under a quick thumb or a slow line, is not yet at risk. */
const ON_ITS_WAY_MS = 10_000;

/**
 * @param {{unsent: number, since: number | null, lasting: boolean, persisted: boolean}} waiting ``since``: when the oldest
 *   was entered, in ms; ``lasting``: without it the page itself says already that the browser keeps nothing
 * @param {number} now in ms
 * @returns {Risk}
 */
export function riskOf({ unsent, since, lasting, persisted }, now) {
  if (since === null) return "";
  if (now - since >= LONG_MS) return "long";
  const waits = now - since >= ON_ITS_WAY_MS;
  return waits && lasting && !persisted && unsent > FEW ? "evictable" : "";
}

/** @param {Phone} phone shows the warning while there is reason for it */
export function watchRisk(phone) {
  let timer = 0;
  // Where the database was deleted under the page there is nothing left to warn of.
  const update = () => void show(phone).then(lookAgain, () => undefined);
  /** @param {boolean} waits */
  const lookAgain = (waits) => {
    window.clearTimeout(timer);
    if (waits) timer = window.setTimeout(update, ON_ITS_WAY_MS);
  };
  phone.addEventListener("change", update);
  update();
}

/** @param {Phone} phone @returns {Promise<boolean>} whether something waits, which time alone may put at risk */
async function show(phone) {
  const place = document.getElementById("at-risk");
  if (!place) return false;
  const waiting = (await phone.store.records()).filter((record) => record.state !== "rejected");
  const since = waiting.length > 0 ? Math.min(...waiting.map(({ op }) => Date.parse(op.entered_at))) : null;
  const persisted = (await navigator.storage?.persisted?.().catch(() => false)) ?? false;
  const risk = riskOf({ unsent: waiting.length, since, lasting: phone.store.lasting, persisted }, Date.now());
  const zone = await phone.store.get("zone");
  const { day } = wallClock(typeof zone === "string" ? zone : undefined, new Date(since ?? 0));
  const words = risk === "" ? "" : (place.dataset[risk] ?? "");
  const said = words.replace("{count}", String(waiting.length)).replace("{day}", dayWords(day, { weekday: "long", day: "numeric", month: "long" }));
  // Said once: a screen reader reads each change.
  if (place.textContent !== said) place.textContent = said;
  place.hidden = risk === "";
  return waiting.length > 0;
}
