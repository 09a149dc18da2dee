/** The chart that the person saw last, kept for when there is no connection. */

const CHART = "#chart";
/** What leads nowhere without a connection. */
const LEFT_OUT = "form, button, script, [data-chart-status], [data-chart-plot], [data-later], .tabs";

/** @param {import("./phone.js").Phone} phone */
export async function keepChart(phone) {
  const chart = location.pathname === "/progress" ? document.querySelector(CHART) : null;
  if (!chart?.querySelector("svg")) return;
  const copy = /** @type {Element} */ (chart.cloneNode(true));
  for (const part of copy.querySelectorAll(LEFT_OUT)) part.remove();
  // Where somebody explores, the picture hides below what was drawn over it, and that is left out.
  for (const explored of copy.querySelectorAll("[data-chart-state]")) explored.removeAttribute("data-chart-state");
  await phone.store.set("chart", { html: copy.innerHTML, at: new Date().toISOString() });
}

/** @param {import("./stores.js").Store} store @returns {Promise<{html: string, at: string} | null>} */
export async function lastChart(store) {
  const kept = await store.get("chart");
  return /** @type {{html: string, at: string} | undefined} */ (kept) ?? null;
}
