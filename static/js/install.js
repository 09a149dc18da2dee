/**
 * Says once there is an entry how the log gets onto the home screen; "Do not show again" counts for this device for good.
 *
 * Hooks: [data-install], "now" where something was entered before; in it [data-install-way] for each way, [data-install-ask]
 * and [data-install-never]; the line [data-log-status], whose state tells of the first entry.
 */
import { wayToInstall } from "./install_way.js";

/** @typedef {Event & {prompt: () => Promise<unknown>, userChoice: Promise<{outcome: string}>}} PromptEvent */

const NEVER = "firststep-install";

const card = /** @type {HTMLElement | null} */ (document.querySelector("[data-install]"));
/** @type {PromptEvent | null} what the browser offers to ask */
let offer = null;

/** @returns {boolean} */
function isRefused() {
  try {
    return localStorage.getItem(NEVER) !== null;
  } catch {
    // Where nothing is remembered, a no would be asked again at each visit.
    return true;
  }
}

function refuse() {
  if (card) card.hidden = true;
  try {
    localStorage.setItem(NEVER, "no");
  } catch {
    // As above: it is not shown there at all.
  }
}

const hasEntry = () => card?.dataset.install === "now" || document.querySelector('[data-log-status][data-state="saved"]') !== null;

function show() {
  if (!card) return;
  const standalone = matchMedia("(display-mode: standalone)").matches || ("standalone" in navigator && navigator.standalone === true);
  const way = wayToInstall({ standalone, promptable: offer !== null, agent: navigator.userAgent, touchPoints: navigator.maxTouchPoints });
  card.hidden = way === null || !hasEntry();
  for (const part of card.querySelectorAll(/** @type {"div"} */ ("[data-install-way]"))) part.hidden = part.dataset.installWay !== way;
}

async function askBrowser() {
  const asking = offer;
  offer = null;
  await asking?.prompt();
  const { outcome } = (await asking?.userChoice) ?? {};
  if (outcome === "accepted") refuse();
  else show();
}

if (card && !isRefused()) {
  window.addEventListener("beforeinstallprompt", (event) => {
    // Asked below the log's questions instead of over them.
    event.preventDefault();
    offer = /** @type {PromptEvent} */ (event);
    show();
  });
  window.addEventListener("appinstalled", refuse);
  card.querySelector("[data-install-ask]")?.addEventListener("click", () => void askBrowser());
  card.querySelector("[data-install-never]")?.addEventListener("click", refuse);
  const line = document.querySelector("[data-log-status]");
  if (line) new MutationObserver(show).observe(line, { attributeFilter: ["data-state"] });
  show();
}
