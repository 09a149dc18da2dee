/** Which requests the service worker answers itself; every other one goes to the network as if it were not there. */

// The practitioners' area and downloads are not touched; static files are named by their content and precached.
const LEFT_ALONE = [/^\/practice(\/|$)/, /^\/static\//, /\/export(\/|$)/, /\.[a-z0-9]{2,5}$/];

/**
 * @param {string} mode of the request; only "navigate" opens a page
 * @param {string} pathname of its address, without the query
 */
export function answersPage(mode, pathname) {
  return mode === "navigate" && !LEFT_ALONE.some((pattern) => pattern.test(pathname));
}
