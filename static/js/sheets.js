/** While a practice's file is on its way and being read: says so and for how long, and keeps it from being sent twice. */

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-sends-file]"));
const line = /** @type {HTMLElement | null} */ (form?.querySelector("[data-sending]"));
let ticking = 0;

/** @param {SubmitEvent} event */
function begin(event) {
  if (ticking) return event.preventDefault();
  // A report is kept as a file, and the page stays.
  if (!line || event.submitter?.hasAttribute("data-stays")) return;
  const [began, said, passed] = [Date.now(), line.querySelector("[role=status]"), line.querySelector("span")];
  const count = () => {
    const seconds = Math.round((Date.now() - began) / 1000);
    if (passed) passed.textContent = (line.dataset.seconds ?? "").replace("{seconds}", String(seconds));
  };
  line.hidden = false;
  if (said) said.textContent = line.dataset.sending ?? "";
  count();
  line.scrollIntoView({ block: "nearest" });
  ticking = window.setInterval(count, 1000);
}

/** Who comes back to the page finds it as it was. */
function end() {
  window.clearInterval(ticking);
  ticking = 0;
  if (line) line.hidden = true;
}

form?.addEventListener("submit", begin);
window.addEventListener("pageshow", end);
