/**
 * Finds out whose page this is and starts the phone's side of it.
 *
 * Hooks: meta[name=phone-user]: the patient's name on this phone; empty where the server knows that no patient is
 * signed in; none on pages that know nobody. body[data-shell] names a page of the phone's own.
 */
import { startDay } from "../day/page.js";
import { startShell } from "../day/shell.js";
import { keepChart } from "./last_chart.js";
import { watchLeaving } from "./leaving.js";
import { Phone } from "./phone.js";
import { openStore } from "./stores.js";
import { counted } from "./sync.js";
import { showUnsent } from "./strip.js";
import { noteWhose, whoseIsIt } from "./whose.js";

export async function startPhone() {
  const shell = document.body.dataset.shell;
  if (shell) return startShell(shell);
  const named = document.querySelector('meta[name="phone-user"]')?.getAttribute("content");
  if (named === null || named === undefined) return;
  await lockOther(named);
  if (named === "") return;
  const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? null;
  const phone = await Phone.open(named, token);
  await noteWhose({ user: named, locked: false });
  const form = document.querySelector("form[data-log]");
  if (form instanceof HTMLFormElement) {
    const day = startDay(phone, form, { served: true });
    void phone.refreshDays().then((fresh) => (fresh ? day.fill() : undefined));
  } else {
    phone.addEventListener("change", async () => showUnsent(await phone.status(), { signedIn: true }));
  }
  watchLeaving(phone);
  phone.watch();
  await keepChart(phone);
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
    await store.lock();
    const counts = await counted(store);
    store.close();
    await noteWhose({ user: before.user, locked: true });
    if (user === "") showUnsent({ ...counts, outcome: "signed-out", lasting: true, sending: false }, { signedIn: false });
  } catch {
    // The browser keeps nothing.
  }
}
