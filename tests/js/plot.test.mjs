import assert from "node:assert/strict";
import { test } from "node:test";
import { ROLES, paint, plotConfig, touchLayout } from "../../static/js/plot.js";

/** @param {string} role */
const colourOf = (role) => `colour of ${role}`;

test("every role becomes its colour, wherever it stands in the figure", () => {
  for (const role of ROLES) {
    const painted = paint({ data: [{ line: { color: `@${role}` } }], layout: { shapes: [{ fillcolor: `@${role}` }] } }, colourOf);
    assert.deepEqual(painted, {
      data: [{ line: { color: `colour of ${role}` } }],
      layout: { shapes: [{ fillcolor: `colour of ${role}` }] },
    });
  }
});

test("a note that begins with @ stays as it was written", () => {
  for (const text of ["@", "@physio said so", "@Ink", "@ink ", " @ink", "ink", "@constructor", "@__proto__", ""]) {
    assert.equal(paint({ text }, colourOf).text, text);
  }
});

test("a day without an entry stays a gap, and 0 stays 0", () => {
  const trace = { x: ["2026-11-22", "2026-11-23"], y: [null, 0], connectgaps: false };
  assert.deepEqual(paint(trace, colourOf), trace);
});

test("painting makes a copy: the figure can be painted again in the dark", () => {
  const figure = { data: [{ marker: { color: ["@series", "@muted"] } }], layout: {} };
  const light = paint(figure, (role) => `light ${role}`);
  const dark = paint(figure, (role) => `dark ${role}`);
  assert.deepEqual(light.data[0].marker.color, ["light series", "light muted"]);
  assert.deepEqual(dark.data[0].marker.color, ["dark series", "dark muted"]);
  assert.deepEqual(figure.data[0].marker.color, ["@series", "@muted"]);
});

test("a finger on the chart scrolls the page: no axis can be dragged, none is left out", () => {
  const layout = touchLayout({ xaxis: { range: [0, 1] }, yaxis: { title: "x" }, xaxis2: {}, yaxis12: {}, dragmode: "zoom" });
  assert.equal(layout.dragmode, false);
  assert.deepEqual(layout.xaxis, { range: [0, 1], fixedrange: true });
  assert.deepEqual(layout.yaxis, { title: "x", fixedrange: true });
  assert.deepEqual([layout.xaxis2.fixedrange, layout.yaxis12.fixedrange], [true, true]);
});

test("the chart fills its place, and keeps how it wants to be read", () => {
  const layout = touchLayout({ width: 700, height: 400, hovermode: "closest", axisnote: { a: 1 } });
  assert.equal("width" in layout || "height" in layout, false);
  assert.equal(layout.autosize, true);
  assert.equal(layout.hovermode, "closest");
  assert.deepEqual(layout.axisnote, { a: 1 });
  assert.equal(touchLayout({}).hovermode, "x unified");
});

test("the layout that came is not changed", () => {
  const layout = Object.freeze({ width: 3, xaxis: Object.freeze({ range: [0, 1] }) });
  touchLayout(layout);
  assert.deepEqual(layout, { width: 3, xaxis: { range: [0, 1] } });
});

test("nothing of the chart can be sent anywhere", () => {
  const { showSendToCloud, plotlyServerURL, showEditInChartStudio } = plotConfig();
  assert.deepEqual([showSendToCloud, plotlyServerURL, showEditInChartStudio], [false, "", false]);
});
