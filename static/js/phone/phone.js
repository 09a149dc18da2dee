/**
 * The phone's side of the diary for one person: every entry is kept here first and then sent.
 *
 * Sends after each entry, when the page opens or comes back, when there is a connection again, and every half minute
 * while something waits; where the browser has Background Sync also when no page is open. All pages of the browser
 * hear of each change.
 */
import { withOps, emptyDay } from "./days.js";
import { WIRE_VERSION, count, drop, fold, queued } from "./queue.js";
import { isOlder, openStore, pageStore } from "./stores.js";
import { Sender } from "./sync.js";
import { dropTap, noteTap, takeOverTaps } from "./taps.js";

/** @typedef {import("./queue.js").Answer} Answer */
/** @typedef {import("./queue.js").Foot} Foot */
/** @typedef {import("./queue.js").Value} Value */
/** @typedef {import("./stores.js").Store} Store */
/** @typedef {import("./sync.js").Outcome} Outcome */
/**
 * @typedef {object} Status
 * @property {number} unsent
 * @property {number} rejected
 * @property {Outcome | null} outcome of the last attempt
 * @property {boolean} lasting
 * @property {boolean} sending
 * @property {boolean} unreadable the database was deleted or closed under the page: what waited there is not known
 */
/**
 * @typedef {object} Entry
 * @property {string} day
 * @property {Foot | null} foot
 * @property {Record<string, Value>} set
 * @property {boolean} [recalled]
 * @property {string | null} [undoes] the op that this entry takes back
 * @property {boolean} [served] whether the page showed what the server has of the day
 */

/** After a failure: soon, because a connection that comes back needs a moment; then every half minute. */
const AGAIN_AFTER_MS = [1_000, 3_000, 10_000, 30_000];
/** After so many unsent entries it is worth asking the browser not to throw them away. */
const ASKS_TO_KEEP = 1;

/** @returns {import("./sync.js").Line} */
const network = () => ({
  fetch: (address, options) => fetch(address, options),
  locked: (name, work) => (navigator.locks ? navigator.locks.request(name, work) : work()),
});

export class Phone extends EventTarget {
  /** @type {Outcome | null} how the last attempt ended */
  #outcome = null;
  #sending = 0;
  #failures = 0;
  #timer = 0;
  /** @type {BroadcastChannel | null} */
  #others = null;
  /** What an op says besides the entry, read once: between a tap and the database there is no waiting. */
  #zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  #device = "";
  /** @type {number | null} */
  #rev = null;
  /** The first day that the server told of; what stands before it was never seen here. */
  #first = "9999";
  /** @type {Map<string, import("./days.js").KeptDay>} */
  #days = new Map();
  /** What was tapped on this page: what waits of it for the database is its own to keep. @type {Set<string>} */
  #own = new Set();
  /** @type {Sender} */
  #sender;
  #reach;

  /** @param {{user: string, store: Store, token?: string | null, line?: import("./sync.js").Line}} given */
  constructor({ user, store, token = null, line = network() }) {
    super();
    this.user = user;
    this.store = store;
    this.#reach = { user, token, line };
    this.#sender = new Sender({ ...this.#reach, store });
    if ("BroadcastChannel" in globalThis) {
      this.#others = new BroadcastChannel(`firststep-${user}`);
      this.#others.onmessage = () => void this.#hear();
    }
  }

  /**
   * @param {string} user
   * @param {string | null} token
   * @param {string} [zone] in which the server's page tells times; without one that of before, or the phone's own
   * @returns {Promise<Phone>}
   */
  static async open(user, token, zone) {
    let store;
    try {
      store = await openStore(user);
      await takeOverTaps(user, store);
    } catch {
      store = pageStore();
    }
    const phone = new Phone({ user, store, token });
    await phone.load();
    if (zone) phone.#zone = zone;
    return phone;
  }

  /** Reads what every entry needs. */
  async load() {
    const [zone, rev, first, device, days] = await Promise.all([
      this.store.get("zone"),
      this.store.get("rev"),
      this.store.get("first"),
      this.store.get("device"),
      this.store.days(),
    ]);
    if (typeof zone === "string") this.#zone = zone;
    if (typeof rev === "number") this.#rev = rev;
    if (typeof first === "string") this.#first = first;
    // A random name of this phone, so that what another one entered can be told apart.
    this.#device = typeof device === "string" ? device : crypto.randomUUID();
    if (device !== this.#device) await this.store.set("device", this.#device);
    this.#days = new Map(days.map((day) => [day.day, day]));
  }

  /**
   * Keeps an entry on the phone, and sends it.
   * @param {Entry} entry
   * @returns {Promise<{op: string, sent: Promise<Answer[]>, before: import("./days.js").AnyDay, knew: boolean, replaced: boolean}>}
   *   after it is kept: ``sent`` after it was tried, ``before`` the day as it stood, ``knew`` whether the phone kept that
   *   day: of any other ``before`` has only what waited; ``replaced`` whether it took the place of one that waited
   */
  async add({ day, foot, set, recalled = false, served = false, undoes = null }) {
    const op = {
      op: crypto.randomUUID(),
      v: WIRE_VERSION,
      day,
      foot,
      set,
      entered_at: new Date().toISOString(),
      zone: this.#zone,
      device: this.#device,
      seen_rev: this.#days.get(day)?.rev ?? (served || day >= this.#first ? this.#rev : 0),
      recalled,
      undoes,
    };
    await this.#append(queued(op));
    if (this.store.lasting) await takeOverTaps(this.user, this.store, this.#own);
    let before = emptyDay(day);
    const knew = this.#days.has(day);
    let replaced = false;
    await this.store.change((records) => {
      before = withOps(this.#days.get(day)?.values ?? before, records.filter((record) => record.op.op !== op.op));
      const change = fold(records, op.op);
      replaced = records.some((record) => change.remove.includes(record.n) && record.state !== "rejected");
      return change;
    });
    this.#changed();
    return { op: op.op, sent: this.flush(), before, knew, replaced };
  }

  /** @param {import("./queue.js").Queued} record */
  async #append(record) {
    this.#own.add(record.op.op);
    noteTap(this.user, record);
    try {
      await this.store.append(record);
      dropTap(this.user, record.op.op);
    } catch {
      // The disk is full, or the database was deleted or closed under the page: the entry lives as long as the page,
      // which says so, and is sent from there. What the database still holds is sent when it can be opened again.
      this.store = pageStore();
      this.#sender = new Sender({ ...this.#reach, store: this.store });
      await this.store.append(record);
    }
  }

  /** @param {string} opId @returns {Promise<boolean>} whether it was let go: an entry that may have arrived stays */
  async takeBack(opId) {
    const { remove } = await this.store.change((records) => drop(records, opId));
    this.#changed();
    return remove.length > 0;
  }

  /** @returns {Promise<Answer[]>} what the server said; nothing where it could not be reached */
  async flush() {
    if (globalThis.navigator?.onLine === false) {
      // Nothing is tried, so that a second thought can still replace what waits.
      this.#outcome = "offline";
      this.#changed();
      await this.#again();
      return [];
    }
    this.#sending += 1;
    this.#tell();
    try {
      const { outcome, answers } = await this.#sender.flush();
      this.#outcome = outcome;
      for (const { day, rev } of answers) if (day) this.#keep({ day: day.day, rev, values: day });
      return answers;
    } catch {
      // The browser closed the database, as when another page signed out: nothing can be sent from here any more.
      this.#outcome = "failed";
      return [];
    } finally {
      this.#sending -= 1;
      this.#changed();
      await this.#again();
    }
  }

  /** @returns {Promise<Status>} */
  async status() {
    const records = await this.store.records().catch(() => null);
    const about = { outcome: this.#outcome, lasting: this.store.lasting, sending: this.#sending > 0 };
    return { ...count(records ?? []), ...about, unreadable: records === null };
  }

  /** @param {string} day @returns {Promise<import("./days.js").AnyDay>} the day with all that waits */
  async dayShown(day) {
    const [kept, records] = await Promise.all([this.store.day(day), this.store.records()]);
    return withOps(kept?.values ?? emptyDay(day), records);
  }

  /** @param {readonly string[]} days @returns {Promise<import("./days.js").AnyDay[]>} each with all that waits, read at once */
  async daysShown(days) {
    const [kept, records] = await Promise.all([this.store.days(), this.store.records()]);
    const values = new Map(kept.map((one) => [one.day, one.values]));
    return days.map((day) => withOps(values.get(day) ?? emptyDay(day), records));
  }

  /** @param {string} day @returns {Promise<import("./days.js").AnyDay>} only what waits of the day */
  async waitingOf(day) {
    return withOps(emptyDay(day), await this.store.records());
  }

  /** Brings over the last weeks from the server; without a connection those of before stay. */
  async refreshDays() {
    let told;
    const { store } = this;
    const locks = await store.get("locks").catch(() => undefined);
    try {
      const response = await fetch("/diary/days", { headers: { Accept: "application/json" }, redirect: "error", cache: "no-store" });
      if (response.status === 401) this.#outcome = "signed-out";
      if (response.status !== 200) return false;
      told = await response.json();
    } catch {
      return false;
    }
    const { user, days, ...words } = told;
    if (user !== this.user) return false;
    const { rev } = words;
    try {
      // Somebody else signed in meanwhile: what is forgotten does not come back, least of all as it was before.
      if ((await store.get("locks")) !== locks) return false;
      // What was entered while this was on its way is newer than what it tells.
      await store.keepDays(days.map((/** @type {import("./days.js").AnyDay} */ values) => ({ day: values.day, rev, values })), rev);
      for (const [name, value] of Object.entries(words)) await store.set(name, value);
      // Or while it was kept, in one piece after the other.
      if ((await store.get("locks")) !== locks) {
        await store.lock();
        return false;
      }
      await this.load();
    } catch {
      // The database was deleted or closed meanwhile; the page still has what it came with.
      return false;
    }
    this.#changed();
    return true;
  }

  /** Sends whenever there may be a connection again, without Background Sync too. */
  watch() {
    const send = () => {
      this.#failures = 0;
      void this.flush();
    };
    window.addEventListener("online", send);
    window.addEventListener("pageshow", send);
    document.addEventListener("visibilitychange", () => void this.#whenThereIsSomething());
    send();
  }

  /** Another page signed out, or somebody else signed in: nothing is sent or shown from here any more. */
  close() {
    window.clearTimeout(this.#timer);
    this.#others?.close();
    this.store.close();
  }

  /** @param {import("./days.js").KeptDay} day */
  #keep(day) {
    if (!isOlder(day, this.#days.get(day.day))) this.#days.set(day.day, day);
  }

  /** Another page of the browser, or the service worker, changed something. */
  async #hear() {
    await this.load().catch(() => undefined);
    this.dispatchEvent(new Event("elsewhere"));
    this.#tell();
  }

  async #whenThereIsSomething() {
    if ((await this.status()).unsent > 0) await this.flush();
  }

  async #again() {
    const { unsent } = count(await this.store.records().catch(() => []));
    void setBadge(unsent);
    window.clearTimeout(this.#timer);
    if (unsent === 0) this.#failures = 0;
    if (unsent === 0 || this.#outcome === "signed-out" || this.#outcome === "other-user") return;
    const wait = AGAIN_AFTER_MS[Math.min(this.#failures, AGAIN_AFTER_MS.length - 1)];
    this.#failures += 1;
    this.#timer = window.setTimeout(() => void this.flush(), wait);
    void askForBackgroundSync();
    if (unsent >= ASKS_TO_KEEP) void navigator.storage?.persist?.();
  }

  #changed() {
    this.#others?.postMessage("changed");
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {number} unsent */
async function setBadge(unsent) {
  try {
    await navigator.setAppBadge?.(unsent);
  } catch {
    // Not installed, or not allowed: the page says it too.
  }
}

async function askForBackgroundSync() {
  try {
    const registration = await navigator.serviceWorker?.ready;
    // @ts-expect-error Not in every browser, and not in TypeScript's list.
    await registration?.sync?.register("outbox");
  } catch {
    // Refused, or a private window.
  }
}
