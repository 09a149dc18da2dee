/** The chart that the person saw last, kept for when there is no connection. */

const CHART = "#chart";
/** What leads nowhere without a connection. */
const LEFT_OUT = "form, button, [data-chart-status], [data-chart-plot], [data-later], .tabs";

/** @param {import("./phone.js").Phone} phone */
export async function keepChart(phone) {
  const chart = location.pathname === "/progress" ? document.querySelector(CHART) : null;
  if (!chart?.querySelector("svg")) return;
  const copy = /** @type {Element} */ (chart.cloneNode(true));
  // What came later and holds its table now leads somewhere.
  for (const part of copy.querySelectorAll(LEFT_OUT)) if (!part.querySelector("table")) part.remove();
  for (const link of copy.querySelectorAll("a")) link.outerHTML = link.innerHTML;
  await phone.store.set("chart", { html: copy.innerHTML, at: new Date().toISOString() });
}

/** @param {import("./stores.js").Store} store @returns {Promise<{html: string, at: string} | null>} */
export async function lastChart(store) {
  const kept = await store.get("chart");
  return /** @type {{html: string, at: string} | undefined} */ (kept) ?? null;
}
