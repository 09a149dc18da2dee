/**
 * Explores a chart: plotly.js is loaded on a tap, or on wide screens when the browser is idle, draws hidden
 * over the server's picture and then takes its place, so that nothing moves.
 *
 * Hooks (ui.figure): [data-chart] with data-chart-src (the figure as JSON), [data-chart-stage],
 * [data-chart-plot], [data-chart-explore], [data-chart-status].
 */
import { paint, plotConfig, touchLayout } from "./plot.js";
import { focusQuietly, keepRoom } from "./room.js";

/** @typedef {{data: object[], layout: Record<string, any>}} Figure */
/** @typedef {{figure: Figure, plot: HTMLElement}} Drawn */

/** Both are written by static/build.mjs. @type {string} */
const PLOTLY_JS = __PLOTLY_JS__;
/** @type {string} */
const PLOTLY_CSS = __PLOTLY_CSS__;
const WIDE = "(min-width: 64rem) and (pointer: fine)";

/** @type {Map<HTMLElement, Drawn>} */
const drawn = new Map();
/** @type {Promise<any> | null} */
let loading = null;

/** @template {HTMLScriptElement | HTMLLinkElement} E @param {E} element @returns {Promise<void>} */
function loaded(element) {
  return new Promise((resolve, reject) => {
    element.addEventListener("load", () => resolve());
    element.addEventListener("error", () => {
      element.remove();
      reject(new Error("a file of the chart could not be loaded"));
    });
    document.head.append(element);
  });
}

/** The style sheet goes first and by this id and class: then Plotly injects no style element of its own. */
async function loadPlotly() {
  const style = document.createElement("link");
  Object.assign(style, { rel: "stylesheet", id: "plotly.js-style-global", className: "no-inline-styles", href: PLOTLY_CSS });
  await loaded(style);
  const script = document.createElement("script");
  script.src = PLOTLY_JS;
  await loaded(script);
  return /** @type {any} */ (window).Plotly;
}

/** @returns {Promise<any>} plotly.js, loaded once; a failure is forgotten so that a later tap tries again */
function plotly() {
  loading ??= loadPlotly().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

/** @param {string} address @returns {Promise<Figure>} */
async function fetchFigure(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`the figure was answered with ${answer.status}`);
  return answer.json();
}

/** @param {HTMLElement} chart @returns {(role: string) => string} the colour as the style sheet has it now */
function colours(chart) {
  const probe = document.createElement("span");
  probe.hidden = true;
  chart.append(probe);
  const byRole = new Map();
  return (role) => {
    if (!byRole.has(role)) {
      probe.style.color = `var(--chart-${role})`;
      byRole.set(role, getComputedStyle(probe).color);
    }
    return byRole.get(role);
  };
}

/** @param {HTMLElement} chart @param {Figure} figure @returns {[object[], object, object]} */
function arguments_(chart, figure) {
  const colourOf = colours(chart);
  const painted = paint(figure, colourOf);
  chart.querySelector(":scope > span[hidden]")?.remove();
  return [painted.data, touchLayout(painted.layout), plotConfig()];
}

/** @param {HTMLElement} chart @param {"loading" | "ready" | "failed" | ""} state */
function say(chart, state) {
  const line = /** @type {HTMLElement | null} */ (chart.querySelector("[data-chart-status]"));
  if (line) line.textContent = state ? (line.dataset[state] ?? "") : "";
}

/** @param {HTMLElement} chart @param {boolean} asked whether a person waits for it */
async function explore(chart, asked) {
  const plot = /** @type {HTMLElement | null} */ (chart.querySelector("[data-chart-plot]"));
  const address = chart.dataset.chartSrc;
  if (!plot || !address || chart.dataset.chartState) return;
  chart.dataset.chartState = "drawing";
  if (asked) say(chart, "loading");
  try {
    const [Plotly, figure] = await Promise.all([plotly(), fetchFigure(address)]);
    plot.hidden = false;
    await Plotly.newPlot(plot, ...arguments_(chart, figure));
    drawn.set(chart, { figure, plot });
    chart.dataset.chartState = "ready";
    const button = chart.querySelector("[data-chart-explore]"), goesOn = button === document.activeElement;
    button?.setAttribute("hidden", "");
    say(chart, "ready");
    if (goesOn) focusQuietly(chart.querySelector("[data-chart-status]"));
    // The button stands below the legend, and what it woke may lie above the screen.
    if (asked) plot.scrollIntoView({ block: "nearest" });
  } catch (error) {
    console.warn(error);
    plot.hidden = true;
    delete chart.dataset.chartState;
    say(chart, asked ? "failed" : "");
  }
}

async function redrawAll() {
  if (drawn.size === 0) return;
  const Plotly = await plotly();
  for (const [chart, { figure, plot }] of drawn) await Plotly.react(plot, ...arguments_(chart, figure));
}

async function forgetRemoved() {
  for (const [chart, { plot }] of drawn) {
    if (chart.isConnected) continue;
    drawn.delete(chart);
    (await plotly()).purge(plot);
  }
}

/** Charts that are swapped in go on being explored when the one before was. */
async function prepare() {
  const exploring = drawn.size > 0;
  await forgetRemoved();
  for (const chart of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-chart]"))) {
    if (chart.dataset.chartState) continue;
    chart.querySelector("[data-chart-explore]")?.removeAttribute("hidden");
    if (exploring) void explore(chart, false);
  }
}

function exploreWhenIdle() {
  const sparing = /** @type {any} */ (navigator).connection?.saveData === true;
  if (sparing || !window.matchMedia(WIDE).matches || !("requestIdleCallback" in window)) return;
  const start = () => document.querySelectorAll("[data-chart]").forEach((chart) => explore(/** @type {HTMLElement} */ (chart), false));
  requestIdleCallback(start, { timeout: 1500 });
}

document.addEventListener("click", (event) => {
  const place = event.target instanceof Element ? event.target.closest("[data-chart-explore], [data-chart-stage]") : null;
  const chart = /** @type {HTMLElement | null | undefined} */ (place?.closest("[data-chart]"));
  if (chart) void explore(chart, true);
});
document.addEventListener("htmx:after:swap", () => void prepare());
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => void redrawAll());
keepRoom();
void prepare();
exploreWhenIdle();
