/** How the app gets onto the home screen of this device, as far as its browser tells. */

/** @typedef {"prompt" | "ios" | "firefox"} Way */

// Other browsers of an iPhone, and browsers inside other apps, name themselves beside "Safari".
const NOT_SAFARI = /CriOS|FxiOS|EdgiOS|OPiOS|OPT\/|GSA\/|DuckDuckGo|FBAN|FBAV|Instagram|Line\//;

/**
 * @param {object} device
 * @param {boolean} device.standalone whether it runs as an installed app
 * @param {boolean} device.promptable whether the browser has offered to ask
 * @param {string} device.agent the browser's name of itself
 * @param {number} device.touchPoints an iPad calls itself a Mac; a Mac has none
 * @returns {Way | null} null: it is there already, or nothing is known to do
 */
export function wayToInstall({ standalone, promptable, agent, touchPoints }) {
  if (standalone) return null;
  if (promptable) return "prompt";
  const apple = /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1);
  if (apple) return /Version\/.+Safari\//.test(agent) && !NOT_SAFARI.test(agent) ? "ios" : null;
  return /Android.+Firefox\//.test(agent) ? "firefox" : null;
}
