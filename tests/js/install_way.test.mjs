/** How the app gets onto the home screen, by what browsers say of themselves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { wayToInstall } from "../../static/js/install_way.js";

const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15";
const AGENTS = {
  iphoneSafari: `${IPHONE} Version/18.1 Mobile/15E148 Safari/604.1`,
  iphoneChrome: `${IPHONE} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1`,
  iphoneFirefox: `${IPHONE} FxiOS/132.0 Mobile/15E148 Safari/605.1.15`,
  iphoneSearch: `${IPHONE} Version/18.1 GSA/340.3 Mobile/15E148 Safari/604.1`,
  iphoneInApp: `${IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/489.0]`,
  mac: MAC,
  androidChrome: "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
  androidFirefox: "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0",
  deskFirefox: "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
  deskChrome: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
};
const WAYS = { iphoneSafari: "ios", androidFirefox: "firefox" };

const way = (agent, more = {}) => wayToInstall({ standalone: false, promptable: false, agent, touchPoints: 5, ...more });

for (const [name, agent] of Object.entries(AGENTS)) {
  const touchPoints = /^(mac|desk)/.test(name) ? 0 : 5;
  test(`${name}: ${WAYS[name] ?? "nothing"}; where the browser asks, its button; installed, nothing`, () => {
    assert.equal(way(agent, { touchPoints }), WAYS[name] ?? null);
    assert.equal(way(agent, { touchPoints, promptable: true }), "prompt");
    assert.equal(way(agent, { touchPoints, standalone: true, promptable: true }), null);
  });
}

test("an iPad, which calls itself a Mac, has touch", () => {
  assert.equal(way(AGENTS.mac), "ios");
});
