/**
 * The service worker: keeps the build's files and a shell without any person in it on the phone.
 *
 * A page is always asked from the network; when no answer comes within four seconds the shell says so.
 * No answer to a page request is ever put into Cache Storage, so nothing of one person can be shown to
 * another or outlive a sign-out. The practitioners' area and downloads are not touched at all.
 */
import { cleanupOutdatedCaches, matchPrecache, precacheAndRoute } from "workbox-precaching";
import { registerRoute } from "workbox-routing";
import { NetworkOnly } from "workbox-strategies";
import { answersPage } from "./sw_routes.js";

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

const SHELL = "/offline";
// blueprints/pwa puts the hash of the shell as it is served here, so that a changed shell is fetched again.
const SHELL_REVISION = "@shell-revision@";
const PATIENCE_SECONDS = 4;

precacheAndRoute([...__PRECACHED__, { url: SHELL, revision: SHELL_REVISION }], {
  cleanURLs: false,
  directoryIndex: "",
  ignoreURLParametersMatching: [],
});
cleanupOutdatedCaches();

const network = new NetworkOnly({ networkTimeoutSeconds: PATIENCE_SECONDS });
registerRoute(
  ({ request, url }) => answersPage(request.mode, url.pathname),
  async (options) => {
    try {
      return await network.handle(options);
    } catch {
      return (await matchPrecache(SHELL)) ?? Response.error();
    }
  },
);

worker.addEventListener("message", (event) => {
  if (event.data === "skip-waiting") void worker.skipWaiting();
});
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));
