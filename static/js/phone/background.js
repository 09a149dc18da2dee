/** Sends what waits when no page is open: called by the service worker, where the browser has Background Sync. */
import { openStore } from "./stores.js";
import { Sender } from "./sync.js";
import { whoseIsIt } from "./whose.js";

/** Raises when something is left, so that the browser tries again later. */
export async function sendWaiting() {
  const whose = await whoseIsIt();
  if (!whose || whose.locked) return;
  const store = await openStore(whose.user);
  try {
    const line = {
      fetch: (/** @type {string} */ address, /** @type {RequestInit} */ options) => fetch(address, options),
      locked: (/** @type {string} */ name, /** @type {() => Promise<import("./sync.js").Sent>} */ work) => navigator.locks.request(name, work),
    };
    const { outcome } = await new Sender({ user: whose.user, store, line }).flush();
    if (outcome === "offline" || outcome === "failed") throw new Error(`what waits was not sent: ${outcome}`);
  } finally {
    store.close();
    if ("BroadcastChannel" in self) new BroadcastChannel(`firststep-${whose.user}`).postMessage("changed");
  }
}
