/**
 * The service worker's part of reminders: every push shows a notification, a tap on it opens the log, and a
 * subscription that the browser renewed is told to the server.
 */
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (globalThis));

const TITLE = "Firststep";
// The server sends the words in the person's language; these are for a push that cannot be read.
const BODY = "Time for today's check-in.";
const OPENS = "/log";

/** @param {PushMessageData | null} data @returns {{title: string, body: string}} what is shown, whatever came */
export function wordsOf(data) {
  try {
    const told = data?.json();
    const title = typeof told?.title === "string" && told.title ? told.title : TITLE;
    return { title, body: typeof told?.body === "string" && told.body ? told.body : BODY };
  } catch {
    return { title: TITLE, body: BODY };
  }
}

/** @param {Pick<Clients, "matchAll" | "openWindow">} clients */
export async function openLog(clients) {
  for (const client of await clients.matchAll({ type: "window" })) {
    if (new URL(client.url).pathname === OPENS && "focus" in client) return client.focus();
  }
  return clients.openWindow(OPENS);
}

/**
 * @param {string | undefined} replaces the endpoint that is no more
 * @param {PushSubscription} subscription
 */
async function tell(replaces, subscription) {
  const session = await (await fetch("/diary/session", { headers: { Accept: "application/json" } })).json();
  await fetch("/reminders/push", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": session.csrf },
    body: JSON.stringify({ ...subscription.toJSON(), replaces }),
  });
}

/** @param {any} event */
async function renewed(event) {
  const options = event.oldSubscription?.options;
  const now = event.newSubscription ?? (options && (await worker.registration.pushManager.subscribe(options)));
  if (now) await tell(event.oldSubscription?.endpoint, now);
}

export function watchPushes() {
  worker.addEventListener("push", (event) => {
    const { title, body } = wordsOf(event.data);
    event.waitUntil(worker.registration.showNotification(title, { body, tag: "reminder" }));
  });
  worker.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(openLog(worker.clients));
  });
  worker.addEventListener("pushsubscriptionchange", (event) => /** @type {any} */ (event).waitUntil(renewed(event)));
}

if (typeof self !== "undefined") watchPushes();
