/** Registers the service worker or takes it away, and offers a new version; the page is reloaded only by a tap. */

const REGISTER_AFTER_MS = 1_000;

/** @param {ServiceWorker} waiting */
function offer(waiting) {
  const bar = document.getElementById("update");
  const button = bar?.querySelector("[data-update-apply]");
  if (!bar || !button) return;
  bar.hidden = false;
  button.addEventListener("click", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    waiting.postMessage("skip-waiting");
  }, { once: true });
}

/** @param {ServiceWorkerRegistration} registration */
function watch(registration) {
  if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const arriving = registration.installing;
    arriving?.addEventListener("statechange", () => {
      // Without a controller this is the first installation, which replaces nothing.
      if (arriving.state === "installed" && navigator.serviceWorker.controller) offer(arriving);
    });
  });
}

export function watchUpdates() {
  if (!("serviceWorker" in navigator)) return;
  // After the first view: what the worker fetches must not make the person wait.
  window.addEventListener("load", () => window.setTimeout(() => void register(), REGISTER_AFTER_MS));
}

async function register() {
  try {
    if (document.querySelector('meta[name="service-worker"][content="off"]')) return await remove();
    watch(await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" }));
  } catch (error) {
    // Private windows refuse registration, or their caches; every page works without the worker.
    console.info("no service worker:", error);
  }
}

/** While SW_KILL=1: to register now would bring back a worker that is just taking itself away. */
async function remove() {
  for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
}
