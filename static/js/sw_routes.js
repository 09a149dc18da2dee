/** Which requests the service worker answers itself; every other one goes to the network as if it were not there. */

// The practitioners' area and downloads are not touched; static files are named by their content and precached.
const LEFT_ALONE = [/^\/practice(\/|$)/, /^\/static\//, /\/export(\/|$)/, /\.[a-z0-9]{2,5}$/];

// The phone's own pages, filled from what it keeps for the person: offline.py in the blueprints diary, charts and events.
const OWN_PAGES = [
  { page: "/offline/log", stands_for: /^\/log(\/\d{4}-\d{2}-\d{2})?$/ },
  { page: "/offline/progress", stands_for: /^\/progress$/ },
  { page: "/offline/events", stands_for: /^\/events(\/new\/[a-z_]+)?$/ },
];

/**
 * @param {string} pathname of the page that could not be reached
 * @returns {string | null} the phone's own page that stands for it
 */
export const ownPage = (pathname) => OWN_PAGES.find((one) => one.stands_for.test(pathname))?.page ?? null;

/**
 * @param {string} mode of the request; only "navigate" opens a page
 * @param {string} pathname of its address, without the query
 */
export function answersPage(mode, pathname) {
  return mode === "navigate" && !LEFT_ALONE.some((pattern) => pattern.test(pathname));
}
