import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { plotlyStyleSheet } from "../../static/plotly_style.mjs";

test("rules are written in the order that they would have in the page, the last inserted first", () => {
  const bundle = 'var a=1;var r={"X,X div":"margin:0;","X .cursor":"cursor:move;",Y:"position:fixed;"};for(var k in r)add(k)';
  assert.equal(
    plotlyStyleSheet(bundle),
    ".plotly-notifier{position:fixed;}\n" +
      ".js-plotly-plot .plotly .cursor{cursor:move;}\n" +
      ".js-plotly-plot .plotly,.js-plotly-plot .plotly div{margin:0;}\n",
  );
});

test("the bundle that is installed gives a style sheet without scripts or foreign addresses", async () => {
  const source = await readFile(createRequire(import.meta.url).resolve("plotly.js-basic-dist-min"), "utf8");
  const sheet = plotlyStyleSheet(source);
  const rules = sheet.trimEnd().split("\n");
  assert.ok(rules.length > 40, `${rules.length} rules`);
  for (const rule of rules) assert.match(rule, /^\.(js-plotly-plot|plotly-notifier)[^{}]*\{[^{}]*\}$/);
  assert.doesNotMatch(sheet, /https?:|@import|expression\(/);
});

test("a bundle of another shape stops the build instead of leaving charts without style", () => {
  assert.throws(() => plotlyStyleSheet("var nothing={}"), /no style rules/);
  assert.throws(() => plotlyStyleSheet('={"X,X div":"margin:0"'), /no style rules/);
});
