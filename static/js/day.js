/** The daily form, on the log and on the phone's own pages: app.js has the rest of every page. */
import { startDay } from "./day/page.js";
import { startShell } from "./day/shell.js";
import { startPhone } from "./phone/boot.js";
import { meetGuest } from "./phone/guest.js";
import { prefill } from "./prefill.js";

async function startServed() {
  const phone = await startPhone();
  const form = document.querySelector("form[data-log]");
  if (!phone || !(form instanceof HTMLFormElement)) return;
  const day = startDay(phone, form, { served: true });
  if (!(await phone.refreshDays())) return;
  await day.fill();
  await meetGuest(phone, day);
}

prefill();
const shell = document.body.dataset.shell;
void (shell ? startShell(shell) : startServed());
