/** How plotly.js is set up: nothing leaves the browser, a finger scrolls the page, colours come from the style sheet. */

/** The roles of firststep/figures/theme.py. */
export const ROLES = [
  "ink", "muted", "grid", "axis", "surface", "series", "point", "baseline",
  "band", "guide", "other", "published", "event", "strip", "quiet",
];

/**
 * Plotly's mode bar offers to send the chart to its maker's server unless it is told not to.
 * @returns {Record<string, unknown>} the one configuration of every chart
 */
export function plotConfig() {
  return {
    showSendToCloud: false,
    plotlyServerURL: "",
    showEditInChartStudio: false,
    displaylogo: false,
    displayModeBar: false,
    scrollZoom: false,
    doubleClick: false,
    showAxisDragHandles: false,
    editable: false,
    showTips: false,
    responsive: true,
  };
}

/**
 * @param {Record<string, any>} layout of the figure
 * @returns {Record<string, any>} a layout that fills its place and leaves drags to the page
 */
export function touchLayout(layout) {
  const { width, height, ...rest } = layout;
  /** @type {Record<string, any>} */
  const touch = { hovermode: "x unified", ...rest, autosize: true, dragmode: false };
  for (const name of Object.keys(touch)) {
    if (/^[xy]axis\d*$/.test(name)) touch[name] = { ...touch[name], fixedrange: true };
  }
  return touch;
}

/**
 * Copies a figure with every "@role" replaced by its colour; other texts that begin with "@" stay.
 * @template T
 * @param {T} figure
 * @param {(role: string) => string} colourOf
 * @returns {T}
 */
export function paint(figure, colourOf) {
  if (typeof figure === "string") {
    const role = figure.slice(1);
    return /** @type {T} */ (figure[0] === "@" && ROLES.includes(role) ? colourOf(role) : figure);
  }
  if (Array.isArray(figure)) return /** @type {T} */ (figure.map((part) => paint(part, colourOf)));
  if (figure === null || typeof figure !== "object") return figure;
  return /** @type {T} */ (Object.fromEntries(Object.entries(figure).map(([key, part]) => [key, paint(part, colourOf)])));
}
