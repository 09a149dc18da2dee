/** What was answered without a connection about empty days, told to the server when its page asks about them. */
import { LEFT_HERE } from "../phone/missed.js";

/** Hooks: form[data-missed] with the last of the days, #missed, .log-missed. @param {import("../phone/phone.js").Phone} phone */
export async function tellLeftEmpty(phone) {
  const form = document.querySelector("form[data-missed]");
  const answered = await phone.store.get(LEFT_HERE);
  if (!(form instanceof HTMLFormElement) || typeof answered !== "string") return;
  const body = new FormData(form);
  body.set("until", answered);
  const { ok } = await fetch(form.action, { method: "POST", body });
  if (!ok) return;
  await phone.store.set(LEFT_HERE, null);
  if (answered >= (form.dataset.missed ?? "")) for (const part of document.querySelectorAll("#missed, .log-missed")) part.remove();
}
