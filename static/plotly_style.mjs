/** Writes Plotly's style rules as a style sheet, because a strict policy forbids the style element it injects. */
import vm from "node:vm";

const START = /=(\{"X,X div":)/;

/**
 * The rules stand in the bundle as one object, from selector to declarations; the bundle inserts each
 * at the top of its style element, so the order is turned round.
 * @param {string} bundle the text of plotly.js
 * @returns {string} the style sheet
 */
export function plotlyStyleSheet(bundle) {
  const start = START.exec(bundle);
  const end = start ? bundle.indexOf("};for(", start.index) : -1;
  if (!start || end < 0) throw new Error("plotly.js has no style rules where they are expected: read static/plotly_style.mjs");
  /** @type {Record<string, string>} */
  const rules = vm.runInNewContext(`(${bundle.slice(start.index + 1, end + 1)})`);
  return Object.entries(rules)
    .reverse()
    .map(([selector, declarations]) => `${fullSelector(selector)}{${declarations}}\n`)
    .join("");
}

/** @param {string} short X stands for the plot, Y for its notifier */
function fullSelector(short) {
  return short.replace(/X/g, ".js-plotly-plot .plotly").replace(/Y/g, ".plotly-notifier");
}
