/** The reminders of this device come to an end: the server and the browser forget the subscription. */

const registered = async () => navigator.serviceWorker?.getRegistration();

/** @returns {Promise<PushSubscription | null>} what the browser holds now */
export const currentSubscription = async () => (await (await registered())?.pushManager?.getSubscription()) ?? null;

/** @param {PushSubscription} subscription raises when the server did not take it, and then leaves the subscription */
export async function endSubscription(subscription) {
  const answer = await fetch("/reminders/push/remove", {
    method: "POST",
    headers: { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "" },
    body: new URLSearchParams({ endpoint: subscription.endpoint }),
    signal: AbortSignal.timeout(5_000),
  });
  if (!answer.ok) throw new Error(`answered with ${answer.status}`);
  await subscription.unsubscribe();
}

/** Somebody signs out: no reminder of theirs is shown on this device any more, whatever the server says. */
export async function endReminders() {
  for (const shown of (await (await registered())?.getNotifications?.()) ?? []) shown.close();
  const subscription = await currentSubscription();
  await (subscription && endSubscription(subscription).catch(() => subscription.unsubscribe()));
}
