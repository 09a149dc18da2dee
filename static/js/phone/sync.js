/**
 * Sends what waits, in its order, one batch at a time, under a lock that all pages and the service worker share.
 *
 * An entry leaves the phone only on "stored" or "known". No session, a worn-out token, a busy or silent server, no
 * network: everything stays and goes out later.
 */
import { count, inThisVersion, release, settle, take } from "./queue.js";

/** @typedef {import("./queue.js").Answer} Answer */
/** @typedef {import("./queue.js").Kept} Kept */
/** @typedef {import("./stores.js").Store} Store */
/** @typedef {"sent" | "offline" | "failed" | "signed-out" | "other-user" | "outdated"} Outcome */
/** @typedef {{outcome: Outcome, answers: Answer[]}} Sent */

/**
 * @typedef {object} Line how to reach the server
 * @property {(address: string, options: RequestInit) => Promise<Response>} fetch
 * @property {(name: string, work: () => Promise<Sent>) => Promise<Sent>} locked
 */

const MOST_AT_ONCE = 100;
const PATIENCE_MS = 15_000;
const AGAIN = "again";

/** One sender: it keeps the form token between two batches. */
export class Sender {
  #user;
  #store;
  #line;
  /** @type {string | null} */
  #token;

  /** @param {{user: string, store: Store, line: Line, token?: string | null}} given */
  constructor({ user, store, line, token = null }) {
    this.#user = user;
    this.#store = store;
    this.#line = line;
    this.#token = token;
  }

  /** @returns {Promise<Sent>} how it ended, and every answer that came */
  flush() {
    return this.#line.locked(`firststep-outbox-${this.#user}`, () => this.#sendAll());
  }

  /** @returns {Promise<Sent>} */
  async #sendAll() {
    /** @type {Answer[]} */
    const answers = [];
    let most = MOST_AT_ONCE;
    for (;;) {
      const { put: batch } = await this.#store.change((records) => take(records, most));
      if (batch.length === 0) return { outcome: "sent", answers };
      const result = await this.#send(batch);
      if (result === AGAIN) {
        await this.#store.change(release);
        if (most === 1) return { outcome: "failed", answers };
        most = Math.max(1, Math.floor(batch.length / 2));
        continue;
      }
      if (typeof result === "string") {
        await this.#store.change(release);
        return { outcome: result, answers };
      }
      const known = new Map(result.map((answer) => [answer.op ?? "", answer]));
      await this.#store.change((records) => settle(records, known), keptDays(result));
      answers.push(...result);
      if (result.some((answer) => answer.error?.field === "v")) return { outcome: "outdated", answers };
      const settled = batch.filter((record) => known.has(record.op.op)).length;
      // An answer that speaks of nothing that was sent would be asked for again without an end.
      if (settled === 0) return { outcome: "failed", answers };
    }
  }

  /** @param {readonly Kept[]} batch @returns {Promise<Answer[] | Exclude<Outcome, "sent"> | typeof AGAIN>} */
  async #send(batch) {
    for (const first of [true, false]) {
      const asked = this.#token === null ? await this.#askToken() : { token: this.#token };
      if ("outcome" in asked) return asked.outcome;
      this.#token = asked.token;
      const response = await this.#post(batch.map((record) => inThisVersion(record.op)), asked.token);
      if (response === null) return "offline";
      if (response.status === 200) return readAnswers(response);
      if (response.status === 401) return "signed-out";
      if (response.status === 409) return "other-user";
      if (response.status === 413) return AGAIN;
      // 400 is a worn-out token, or something that cannot be read; with a new token the two are told apart.
      if (response.status !== 400) return "failed";
      this.#token = null;
      if (!first) return AGAIN;
    }
    return "failed";
  }

  /** @param {readonly object[]} ops @param {string} token @returns {Promise<Response | null>} null: nothing came back */
  async #post(ops, token) {
    try {
      return await this.#line.fetch("/diary/ops", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ user: this.#user, ops }),
        redirect: "error",
        credentials: "same-origin",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
    } catch {
      return null;
    }
  }

  /** @returns {Promise<{token: string} | {outcome: Exclude<Outcome, "sent">}>} */
  async #askToken() {
    let response;
    try {
      response = await this.#line.fetch("/diary/session", {
        headers: { Accept: "application/json" },
        redirect: "error",
        credentials: "same-origin",
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
    } catch {
      return { outcome: "offline" };
    }
    if (response.status === 401) return { outcome: "signed-out" };
    if (response.status !== 200) return { outcome: "failed" };
    try {
      const { user, csrf } = await response.json();
      return user === this.#user ? { token: String(csrf) } : { outcome: "other-user" };
    } catch {
      return { outcome: "failed" };
    }
  }
}

/** @param {Response} response @returns {Promise<Answer[] | "failed">} */
async function readAnswers(response) {
  try {
    const { answers } = await response.json();
    return Array.isArray(answers) ? answers : "failed";
  } catch {
    // Cut off on the way: the ops are sent again, and the server knows them.
    return "failed";
  }
}

/** @param {readonly Answer[]} answers @returns {import("./days.js").KeptDay[]} the newest state of each day */
function keptDays(answers) {
  const days = new Map();
  for (const { day, rev } of answers) if (day) days.set(day.day, { day: day.day, rev, values: day });
  return [...days.values()];
}

/** @param {Store} store */
export const counted = async (store) => count(await store.records());
