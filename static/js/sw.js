/**
 * The service worker: keeps the build's files and the pages without any person in them on the phone.
 *
 * A page is always asked from the network; when no answer comes within four seconds the kept one is shown: the phone's
 * own log and progress page, filled from the browser's database, or for every other page one that says that there is no
 * connection. Where the browser has Background Sync, what waits is sent when no page is open too.
 * No answer to a page request is ever put into Cache Storage, so nothing of one person can be shown to
 * another or outlive a sign-out. The practitioners' area and downloads are not touched at all.
 */
import { cleanupOutdatedCaches, matchPrecache, precacheAndRoute } from "workbox-precaching";
import { registerRoute } from "workbox-routing";
import { NetworkOnly } from "workbox-strategies";
import { sendWaiting } from "./phone/background.js";
import { answersPage, ownPage } from "./sw_routes.js";
import "./push_events.js";

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

const SHELL = "/offline";
// blueprints/pwa puts the pages without any person in them here, each with a hash of it, so that a changed one is
// fetched again: "/offline=3f… /another=a1…".
const PAGES = "@shell-pages@".split(" ").map((page) => {
  const [url = "", revision = ""] = page.split("=");
  return { url, revision };
});
const PATIENCE_SECONDS = 4;

const network = new NetworkOnly({ networkTimeoutSeconds: PATIENCE_SECONDS });
registerRoute(
  ({ request, url }) => answersPage(request.mode, url.pathname),
  async (options) => {
    try {
      return await network.handle(options);
    } catch {
      const kept = ownPage(options.url.pathname) ?? options.url.pathname;
      return (await matchPrecache(kept)) ?? (await matchPrecache(SHELL)) ?? Response.error();
    }
  },
);

// After the route for pages, which asks the network first: of two that match, the first one answers.
precacheAndRoute([...__PRECACHED__, ...PAGES], {
  cleanURLs: false,
  directoryIndex: "",
  ignoreURLParametersMatching: [],
});
cleanupOutdatedCaches();

worker.addEventListener("message", (event) => {
  if (event.data === "skip-waiting") void worker.skipWaiting();
});
worker.addEventListener("sync", (event) => {
  const { tag, waitUntil } = /** @type {ExtendableEvent & {tag: string}} */ (event);
  if (tag === "outbox") waitUntil.call(event, sendWaiting());
});
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));
