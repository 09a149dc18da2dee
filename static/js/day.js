/** The daily form, and those of dated things, here and on the phone's own pages: app.js has the rest of every page. */
import { tellLeftEmpty } from "./day/left_empty.js";
import { fetchShell, startDay } from "./day/page.js";
import { startPhone } from "./phone/boot.js";
import { GUEST, forgetGuest, meetGuest } from "./phone/guest.js";
import { Phone } from "./phone/phone.js";
import { openStore, pageStore } from "./phone/stores.js";
import { counted } from "./phone/sync.js";
import { takeOverTaps } from "./phone/taps.js";
import { noteGuest, whoseIsIt } from "./phone/whose.js";
import { prefill } from "./prefill.js";

/** What the script of the phone's own pages is handed over, so that it does not bring the same again. */
export const PARTS = { GUEST, Phone, counted, forgetGuest, noteGuest, openStore, pageStore, startDay, takeOverTaps, whoseIsIt };

async function startServed() {
  const phone = await startPhone();
  const form = document.querySelector("form[data-log], form[data-happening]");
  if (!phone || !(form instanceof HTMLFormElement)) return;
  if ("happening" in form.dataset) return (await fetchShell()).keepUnsent(phone, form);
  const day = startDay(phone, form, { served: true });
  if (!(await phone.refreshDays())) return;
  day.keptIsNewer = true;
  await day.fill();
  await tellLeftEmpty(phone).catch(() => undefined);
  await meetGuest(phone, day);
}

/** @param {string} page */
async function startOwnPage(page) {
  await (await fetchShell()).startShell(page, PARTS);
}

prefill();
const shell = document.body.dataset.shell;
void (shell ? startOwnPage(shell) : startServed());
