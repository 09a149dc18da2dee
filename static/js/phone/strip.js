/** The line at the foot of every other page: what waits on this phone, with the way to it. */

/** Hooks: #unsent with its sentences. @param {import("./phone.js").Status} status @param {{signedIn: boolean}} page */
export function showUnsent({ unsent, rejected }, { signedIn }) {
  const line = document.getElementById("unsent");
  if (!line || document.querySelector("[data-log-status]")) return;
  const state = unsent > 0 ? (signedIn ? "kept" : "signedOut") : rejected > 0 ? "look" : "";
  line.hidden = state === "";
  const link = document.createElement("a");
  link.href = signedIn ? "/log" : "/login";
  link.textContent = (line.dataset[state] ?? "").replace("{count}", String(unsent > 0 ? unsent : rejected));
  if (state) line.replaceChildren(link);
}
