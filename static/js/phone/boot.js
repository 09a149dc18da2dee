/**
 * Finds out whose page this is and starts the phone's side of it.
 *
 * Hooks: meta[name=phone-user]: the patient's name on this phone; empty where the server knows that no patient is
 * signed in; none on pages that know nobody, as the phone's own, which day.js fills.
 */
import { watchRisk } from "./at_risk.js";
import { meetGuest } from "./guest.js";
import { keepChart } from "./last_chart.js";
import { forgetUser, watchLeaving } from "./leaving.js";
import { Phone } from "./phone.js";
import { endReminders } from "../push_device.js";
import { forgetPlace } from "../timer_place.js";
import { openStore } from "./stores.js";
import { counted } from "./sync.js";
import { showUnsent } from "./strip.js";
import { takeOverTaps } from "./taps.js";
import { noteWhose, whoseIsIt } from "./whose.js";

/** @type {Promise<Phone | null> | null} */
let started = null;

/** @returns {Promise<Phone | null>} the phone of the person whose page this is, the same for every script of the page */
export function startPhone() {
  if (!started) {
    started = start();
    // At once: it waits for the phone itself.
    watchLeaving(started);
  }
  return started;
}

/** @returns {Promise<Phone | null>} */
async function start() {
  const named = document.querySelector('meta[name="phone-user"]')?.getAttribute("content");
  const gone = document.querySelector("[data-forget]")?.getAttribute("data-forget");
  if (gone) {
    await forgetUser(gone);
    // With the account, and not with the diary alone.
    if (named === "") await endReminders().catch(() => undefined);
    return null;
  }
  if (named === null || named === undefined) return null;
  await lockOther(named);
  if (named === "") return null;
  const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? null;
  // A time of day is typed beside those that the page shows: it is of the same zone, also before the phone was told.
  const zone = document.querySelector('meta[name="phone-zone"]')?.getAttribute("content") ?? undefined;
  const phone = await Phone.open(named, token, zone);
  await noteWhose({ user: named, locked: false });
  // The log says it in a line of its own.
  if (!document.querySelector("[data-log-status]")) {
    phone.addEventListener("change", async () => showUnsent(await phone.status(), { signedIn: true }));
  }
  watchRisk(phone);
  phone.watch();
  void keepChart(phone);
  // Also what came later, or with another choice.
  document.addEventListener("htmx:after:swap", () => void keepChart(phone));
  if (document.querySelector('form[action$="/start"]')) void meetGuest(phone, null);
  return phone;
}

/**
 * Somebody else is signed in, or nobody: what the phone shows of the person before is forgotten, and what was not sent
 * stays sealed until they come back.
 * @param {string} user empty where nobody is signed in
 */
async function lockOther(user) {
  const before = await whoseIsIt();
  if (!before || before.user === user) return;
  try {
    const store = await openStore(before.user);
    await takeOverTaps(before.user, store);
    await store.lock();
    const counts = await counted(store);
    store.close();
    await noteWhose({ user: before.user, locked: true });
    if (user === "") showUnsent({ ...counts, outcome: "signed-out", lasting: true, sending: false, unreadable: false }, { signedIn: false });
  } catch {
    // The browser keeps nothing.
  } finally {
    // Once: what a visitor is at later is nobody's, and goes on.
    if (!before.locked) forgetPlace();
  }
}
