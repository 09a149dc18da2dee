/**
 * Where the queue, the days and a few words about the person lie: in the browser's database, one for each user, or in
 * the page alone where the browser keeps nothing. Every change of the queue is one transaction.
 */
import { deleteDB, openDB } from "idb";

/** @typedef {import("./queue.js").Change} Change */
/** @typedef {import("./queue.js").Kept} Kept */
/** @typedef {import("./queue.js").Queued} Queued */
/** @typedef {import("./days.js").KeptDay} KeptDay */

/**
 * @typedef {object} Store
 * @property {boolean} lasting whether it is there after the page was closed
 * @property {() => Promise<Kept[]>} records in the order in which they were added
 * @property {(record: Queued) => Promise<void>} append puts a record at the end; what is asked for is on its way when the
 *   function returns, so that nothing is lost with a page that is left at once
 * @property {<C extends Change>(rule: (records: Kept[]) => C, days?: KeptDay[]) => Promise<C>} change
 * @property {(day: string) => Promise<KeptDay | undefined>} day
 * @property {() => Promise<KeptDay[]>} days
 * @property {(days: KeptDay[], rev: number) => Promise<void>} keepDays replaces all days, but no newer one
 * @property {(name: string) => Promise<unknown>} get
 * @property {(name: string, value: unknown) => Promise<void>} set
 * @property {() => Promise<void>} lock forgets all that can be read, and keeps what was not sent
 * @property {() => void} close
 */

const VERSION = 1;
/** @param {string} user @returns {string} */
const nameOf = (user) => `firststep-${user}`;
/** What of the person's words stays when nobody is signed in: nothing that says anything about them. */
const STAYS = ["device", "locks"];

/** What fails with the whole transaction is told by waiting for that. @param {Promise<unknown>} request */
const unheard = (request) => void request.catch(() => undefined);

/**
 * Opens the user's database; raises what the browser raises where it keeps nothing.
 * @param {string} user
 * @returns {Promise<Store>}
 */
export async function openStore(user) {
  const db = await openDB(nameOf(user), VERSION, {
    upgrade(database) {
      database.createObjectStore("ops", { keyPath: "n", autoIncrement: true });
      database.createObjectStore("days", { keyPath: "day" });
      database.createObjectStore("words");
    },
    // Another page signs out and deletes it: this one must not stand in the way.
    blocking: () => db.close(),
  });
  /**
   * A read that ends with the browser taking everything away raises once: the library's own ways to read leave their
   * transaction's end unheard, which the browser reports as a fault of the page.
   * @template T
   * @param {string} name
   * @param {(store: import("idb").IDBPObjectStore<unknown, [string]>) => Promise<T>} get
   * @returns {Promise<T>}
   */
  const read = async (name, get) => {
    const transaction = db.transaction(name);
    unheard(transaction.done);
    return get(transaction.store);
  };
  return {
    lasting: true,
    records: () => read("ops", (store) => store.getAll()),
    async append(record) {
      const transaction = db.transaction("ops", "readwrite", { durability: "strict" });
      const added = transaction.store.add(record);
      // Nothing more of this page is waited for.
      transaction.commit();
      await Promise.all([added, transaction.done]);
    },
    async change(rule, days = []) {
      const transaction = db.transaction(["ops", "days"], "readwrite", { durability: "strict" });
      unheard(transaction.done);
      const ops = transaction.objectStore("ops");
      const change = rule(await ops.getAll());
      for (const n of change.remove) unheard(ops.delete(n));
      for (const record of change.put) unheard(ops.put(record));
      const kept = transaction.objectStore("days");
      for (const day of days) if (!isOlder(day, await kept.get(day.day))) unheard(kept.put(day));
      await transaction.done;
      return change;
    },
    day: (day) => read("days", (store) => store.get(day)),
    days: () => read("days", (store) => store.getAll()),
    async keepDays(days, rev) {
      const transaction = db.transaction("days", "readwrite");
      unheard(transaction.done);
      const kept = newest(await transaction.store.getAll(), days, rev);
      unheard(transaction.store.clear());
      for (const day of kept) unheard(transaction.store.put(day));
      await transaction.done;
    },
    get: (name) => read("words", (store) => store.get(name)),
    async set(name, value) {
      await db.put("words", value, name);
    },
    async lock() {
      const transaction = db.transaction(["days", "words"], "readwrite");
      unheard(transaction.done);
      unheard(transaction.objectStore("days").clear());
      const words = transaction.objectStore("words");
      for (const name of await words.getAllKeys()) if (!STAYS.includes(String(name))) unheard(words.delete(name));
      unheard(words.put(((await words.get("locks")) ?? 0) + 1, "locks"));
      await transaction.done;
    },
    close: () => db.close(),
  };
}

/** @param {KeptDay} day @param {KeptDay | undefined} kept @returns {boolean} whether what is kept says more */
export const isOlder = (day, kept) => (kept?.rev ?? -1) > (day.rev ?? -1);

/**
 * @param {readonly KeptDay[]} kept
 * @param {readonly KeptDay[]} told all days as they stood at revision ``rev``
 * @param {number} rev
 * @returns {KeptDay[]} the days told, but those as they are kept of which the server said something later
 */
function newest(kept, told, rev) {
  const later = kept.filter((day) => (day.rev ?? -1) > rev);
  return [...told.filter((day) => !later.some((one) => one.day === day.day)), ...later];
}

/** @param {string} user forgets everything about the user, also what was not sent */
export const deleteStore = async (user) => deleteDB(nameOf(user));

/** @returns {Store} for a browser that keeps nothing: it lives as long as the page */
export function pageStore() {
  /** @type {Kept[]} */
  let records = [];
  let newestNumber = 0;
  /** @type {Map<string, KeptDay>} */
  const days = new Map();
  /** @type {Map<string, unknown>} */
  const words = new Map();
  return {
    lasting: false,
    records: async () => structuredClone(records),
    async append(record) {
      records = [...records, structuredClone({ ...record, n: ++newestNumber })];
    },
    async change(rule, changed = []) {
      const change = rule(structuredClone(records));
      const numbered = change.put.map((record) => ({ ...record, n: record.n ?? ++newestNumber }));
      const gone = new Set([...change.remove, ...numbered.map((record) => record.n)]);
      records = [...records.filter((record) => !gone.has(record.n)), ...numbered].sort((one, other) => one.n - other.n);
      for (const day of changed) if (!isOlder(day, days.get(day.day))) days.set(day.day, day);
      return change;
    },
    day: async (day) => days.get(day),
    days: async () => [...days.values()],
    async keepDays(told, rev) {
      const kept = newest([...days.values()], told, rev);
      days.clear();
      for (const day of kept) days.set(day.day, day);
    },
    get: async (name) => words.get(name),
    async set(name, value) {
      words.set(name, value);
    },
    async lock() {
      days.clear();
      for (const name of [...words.keys()]) if (!STAYS.includes(name)) words.delete(name);
      words.set("locks", Number(words.get("locks") ?? 0) + 1);
    },
    close: () => undefined,
  };
}
