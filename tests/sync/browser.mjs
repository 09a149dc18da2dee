/**
 * What a browser gives to the phone's scripts, for several browsers in one process: each has its own database, locks,
 * clock and connection, and pages that can die at any moment. The scripts themselves are the product's.
 *
 * Whose turn it is travels with each asynchronous call, so that the globals of one browser never answer another.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";

/** @typedef {{dead: boolean, close: () => void}} Page */
/** @typedef {{browser: Browser, page: Page, task: object}} Turn */

const turns = new AsyncLocalStorage();
const RealDate = Date;
const never = () => new Promise(() => {});

/** Work that goes on; what waits for an answer or a lock is not among it. */
const running = new Set();
/** Who waits until nothing goes on. */
const waiting = new Set();

/** @param {object} task */
export const park = (task) => {
  running.delete(task);
  if (running.size === 0) for (const go of waiting) go();
};
/** @param {object} task */
export const unpark = (task) => running.add(task);

/** @returns {Promise<void>} when nothing goes on any more except what waits for an answer that is held back */
export async function quiet() {
  do {
    await new Promise((resolve) => {
      const go = () => {
        waiting.delete(go);
        resolve(undefined);
      };
      waiting.add(go);
      if (running.size === 0) go();
    });
    // Between two steps of the same work nothing goes on either.
    await new Promise((resolve) => setImmediate(resolve));
  } while (running.size > 0);
}

/** Everything that still goes on is left behind. */
export const abandon = () => running.clear();

/**
 * Begins work in a page of a browser.
 * @param {Browser} browser
 * @param {Page} page
 * @param {(task: any) => Promise<unknown>} work
 * @returns {{result?: unknown, error?: string, page: Page}} filled when the work ends
 */
export function begin(browser, page, work) {
  const task = { page };
  unpark(task);
  turns
    .run({ browser, page, task }, work, task)
    .then(
      (result) => Object.assign(task, { result }),
      (error) => Object.assign(task, { error: String(error?.stack ?? error) }),
    )
    .finally(() => park(task));
  return task;
}

/** The words are its own properties, as in a browser. */
class LocalStorage {
  /** @param {string} name @param {string} text */
  setItem(name, text) {
    this[name] = text;
  }

  /** @param {string} name */
  getItem(name) {
    return this[name] ?? null;
  }

  /** @param {string} name */
  removeItem(name) {
    delete this[name];
  }
}

export class Browser {
  online = true;
  #held = new Map();
  #waiting = [];
  #channels = new Set();

  /**
   * @param {number} clock what it shows now, in milliseconds
   * @param {(address: string, options: RequestInit, turn: Turn) => Promise<Response>} send
   */
  constructor(clock, send) {
    this.aheadMs = clock - RealDate.now();
    this.indexedDB = new IDBFactory();
    this.localStorage = new LocalStorage();
    this.send = send;
  }

  locks = {
    /** @param {string} name @param {() => Promise<unknown>} work */
    request: async (name, work) => {
      const turn = turns.getStore();
      if (this.#held.has(name)) {
        await new Promise((go) => {
          this.#waiting.push({ name, turn, go });
          park(turn.task);
        });
      }
      this.#held.set(name, turn);
      try {
        return await work();
      } finally {
        this.#release(name, turn);
      }
    },
  };

  /** @param {string} name @param {Turn} turn */
  #release(name, turn) {
    if (this.#held.get(name) !== turn) return;
    const at = this.#waiting.findIndex((one) => one.name === name);
    const [next] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (!next) return this.#held.delete(name);
    this.#held.set(name, next.turn);
    unpark(next.turn.task);
    next.go();
  }

  /** The page is gone in this moment: nothing that it was about to do happens any more. @param {Page} page */
  kill(page) {
    page.dead = true;
    page.close();
    for (const task of [...running]) if (task.page === page) park(task);
    this.#waiting = this.#waiting.filter((one) => one.turn.page !== page);
    for (const [name, turn] of this.#held) if (turn.page === page) this.#release(name, turn);
  }

  /** @param {{name: string}} channel */
  listen(channel) {
    this.#channels.add(channel);
    return {
      post: (data) => {
        for (const other of this.#channels) if (other !== channel && other.name === channel.name) other.onmessage?.({ data });
      },
      close: () => this.#channels.delete(channel),
    };
  }
}

const WRITES = new Set(["append", "change"]);

/**
 * A store that dies with its page, and can be told to take the page with it at one of the next times that it writes.
 * @param {import("../../static/js/phone/stores.js").Store} store
 * @param {Page & {diesAt?: number | null}} page
 * @param {Browser} browser
 */
export function mortal(store, page, browser) {
  const whileAlive = (name) => async (...given) => {
    if (page.dead) return never();
    if (WRITES.has(name) && page.diesAt === 0) {
      browser.kill(page);
      return never();
    }
    if (WRITES.has(name) && page.diesAt) page.diesAt -= 1;
    const call = { page };
    unpark(call);
    try {
      const done = await store[name](...given);
      return page.dead ? never() : done;
    } finally {
      park(call);
    }
  };
  const names = Object.keys(store).filter((name) => typeof store[name] === "function" && name !== "close");
  return { ...store, ...Object.fromEntries(names.map((name) => [name, whileAlive(name)])) };
}

class OwnDate extends RealDate {
  constructor(...given) {
    if (given.length > 0) super(...given);
    else super(OwnDate.now());
  }

  static now() {
    return RealDate.now() + (turns.getStore()?.browser.aheadMs ?? 0);
  }
}

class OwnChannel {
  onmessage = null;
  #line;

  constructor(name) {
    this.name = name;
    this.#line = turns.getStore().browser.listen(this);
  }

  postMessage(data) {
    this.#line.post(data);
  }

  close() {
    this.#line.close();
  }
}

/** Repeats are the tests' to ask for: a timer of its own would send at a moment that nobody can repeat. */
const timers = { setTimeout: () => 0, clearTimeout: () => undefined };
const globals = {
  Date: { get: () => OwnDate },
  indexedDB: { get: () => turns.getStore().browser.indexedDB },
  localStorage: { get: () => turns.getStore().browser.localStorage },
  BroadcastChannel: { get: () => OwnChannel },
  window: { get: () => timers },
  self: { get: () => globalThis },
  navigator: {
    get() {
      const { browser } = turns.getStore() ?? {};
      return browser ? { onLine: browser.online, locks: browser.locks } : undefined;
    },
  },
  fetch: {
    get: () => (address, options) => {
      const turn = turns.getStore();
      return turn.page.dead ? never() : turn.browser.send(address, options, turn);
    },
  },
};
for (const [name, { get }] of Object.entries(globals)) Object.defineProperty(globalThis, name, { configurable: true, get });
