/** Which person's entries this phone shows when there is no connection: the one who was signed in last. */
import { openDB } from "idb";

/** @typedef {{user: string, locked: boolean}} Whose */

const open = () =>
  openDB("firststep", 1, {
    upgrade(database) {
      database.createObjectStore("words");
    },
  });

/**
 * @template T
 * @param {(db: import("idb").IDBPDatabase) => Promise<T>} work
 * @param {T} otherwise where the browser keeps nothing
 */
async function withDatabase(work, otherwise) {
  try {
    const db = await open();
    try {
      return await work(db);
    } finally {
      db.close();
    }
  } catch {
    return otherwise;
  }
}

/** @returns {Promise<Whose | null>} */
export const whoseIsIt = () => withDatabase(async (db) => (await db.get("words", "whose")) ?? null, null);

/** @param {Whose | null} whose null: nobody's any more */
export const noteWhose = (whose) =>
  withDatabase(async (db) => {
    if (whose) await db.put("words", whose, "whose");
    else await db.delete("words", "whose");
  }, undefined);

/** @returns {Promise<boolean>} whether somebody tried the log on this phone without an account */
export const guestThere = () => withDatabase(async (db) => (await db.get("words", "guest")) === true, false);

/** @param {boolean} there */
export const noteGuest = (there) =>
  withDatabase(async (db) => {
    if (there) await db.put("words", true, "guest");
    else await db.delete("words", "guest");
  }, undefined);
