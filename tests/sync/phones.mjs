/**
 * Phones for tests in Python: commands come in as lines of JSON, and each request that a phone makes goes out as one,
 * for Python to decide what becomes of it. A command is answered when nothing goes on any more.
 */
import { createInterface } from "node:readline";
import { Browser, abandon, begin, mortal, park, quiet, unpark } from "./browser.mjs";
import { sendWaiting } from "../../static/js/phone/background.js";
import { wallClock } from "../../static/js/phone/clock.js";
import { forget } from "../../static/js/phone/leaving.js";
import { Phone } from "../../static/js/phone/phone.js";
import { openStore } from "../../static/js/phone/stores.js";
import { takeOverTaps } from "../../static/js/phone/taps.js";
import { noteWhose, whoseIsIt } from "../../static/js/phone/whose.js";

/** @param {object} said */
const tell = (said) => void process.stdout.write(`${JSON.stringify(said)}\n`);

/** Requests without an answer yet. @type {Map<number, {resolve: Function, reject: Function, turn: any}>} */
const asked = new Map();
let newest = 0;
/** @type {{browser: Browser, pages: Map<number, any>}[]} */
let phones = [];

/** @param {number} phone */
const sender = (phone) => (address, options = {}, turn) =>
  new Promise((resolve, reject) => {
    const id = ++newest;
    asked.set(id, { resolve, reject, turn });
    const { method = "GET", headers = {}, body = null } = options;
    tell({ fetch: { id, phone, address, method, headers, body } });
  });

/** @param {{id: number, fate: "answer" | "fail" | "hold" | "die", status?: number, body?: string}} said */
function decide({ id, fate, status, body }) {
  const one = asked.get(id);
  if (!one) return;
  if (fate === "hold") return park(one.turn.task);
  asked.delete(id);
  if (one.turn.page.dead) return;
  unpark(one.turn.task);
  if (fate === "die") return one.turn.browser.kill(one.turn.page);
  // fetch with redirect "error" fails where a page would have been led elsewhere.
  if (fate === "fail" || (status >= 300 && status < 400)) return one.reject(new TypeError("Failed to fetch"));
  return one.resolve(new Response(body, { status, headers: { "Content-Type": "application/json" } }));
}

/** Opens a page as boot.js does: what is shown of another person is forgotten first. */
async function open({ browser, pages }, { page: slot, user, token }) {
  close({ browser, pages }, slot);
  const before = await whoseIsIt();
  if (before && before.user !== user) {
    const store = await openStore(before.user);
    await takeOverTaps(before.user, store);
    await store.lock();
    store.close();
    await noteWhose({ user: before.user, locked: true });
  }
  const page = { dead: false, close: () => undefined, user, phone: null };
  const store = mortal(await openStore(user), page, browser);
  await takeOverTaps(user, store);
  const phone = new Phone({ user, store, token });
  Object.assign(page, { phone, close: () => phone.close() });
  await phone.load();
  await noteWhose({ user, locked: false });
  pages.set(slot, page);
}

/** @param {number} slot of the page that is killed */
function close({ browser, pages }, slot) {
  const page = pages.get(slot);
  if (page) browser.kill(page);
  pages.delete(slot);
}

/**
 * The database as the first build wrote it, by hand and not through stores.js: each later build has to read it.
 * @param {string} user
 * @param {object[]} records
 */
async function plant(user, records) {
  const request = indexedDB.open(`firststep-${user}`, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("ops", { keyPath: "n", autoIncrement: true });
    request.result.createObjectStore("days", { keyPath: "day" });
    request.result.createObjectStore("words");
  };
  await new Promise((resolve) => Object.assign(request, { onsuccess: resolve }));
  const transaction = request.result.transaction("ops", "readwrite");
  for (const record of records) transaction.objectStore("ops").add(record);
  await new Promise((resolve) => Object.assign(transaction, { oncomplete: resolve }));
  request.result.close();
}

/** @param {Browser} browser */
async function tapOne(browser, { phone, user }, entry) {
  // Nobody taps twice in the same millisecond.
  browser.aheadMs += 1000;
  const before = new Set(notesOf(browser, user).map(({ op }) => op.op));
  const kept = phone.add(entry);
  const [note] = notesOf(browser, user).filter(({ op }) => !before.has(op.op));
  tell({ tapped: note.op.op });
  await (await kept).sent;
  if (!phone.store.lasting) throw new Error("the database took nothing, and the entry lives as long as its page");
}

const deeds = {
  async plant(_phone, { user, records }) {
    await plant(user, records);
  },
  async open(phone, command) {
    await open(phone, command);
  },
  async kill(phone, { page }) {
    close(phone, page);
  },
  /** Each entry follows while the one before is still being kept, as under a quick thumb. */
  async tap({ browser }, { entries }, page, task) {
    task.parts = entries.map((entry) => begin(browser, page, () => tapOne(browser, page, entry)));
  },
  async flush(_phone, _command, { phone }) {
    return phone.flush();
  },
  async refresh(_phone, _command, { phone }) {
    return phone.refreshDays();
  },
  async takeBack(_phone, { op }, { phone }) {
    return phone.takeBack(op);
  },
  async shown(_phone, { days }, { phone }) {
    return Promise.all(days.map((day) => phone.dayShown(day)));
  },
  async background() {
    try {
      await sendWaiting();
    } catch (error) {
      return String(error.message);
    }
    return "";
  },
  async status(_phone, _command, { phone }) {
    return phone.status();
  },
  async today(_phone, { zone }) {
    return wallClock(zone).day;
  },
  async forget(own, { page }, { phone, user }) {
    for (const [slot, other] of own.pages) if (slot !== page && other.user === user) close(own, slot);
    await forget(phone);
    close(own, page);
  },
};

/** @returns {object[]} taps that wait for the database */
const notesOf = ({ localStorage }, user) =>
  Object.keys(localStorage).filter((name) => name.startsWith(`firststep-tap-${user}-`)).map((name) => JSON.parse(localStorage[name]));

/** @returns {Promise<object>} for each person what lies on the phone */
async function kept({ browser }, users) {
  const page = { dead: false, close: () => undefined };
  const found = {};
  const task = begin(browser, page, async () => {
    for (const user of users) {
      const store = await openStore(user);
      found[user] = { records: await store.records(), days: await store.days(), notes: notesOf(browser, user) };
      store.close();
    }
  });
  await quiet();
  if (task.error) throw new Error(task.error);
  return found;
}

/** @returns {number[]} the pages that are still there */
function openPages({ pages }) {
  for (const [slot, page] of pages) if (page.dead) pages.delete(slot);
  return [...pages.keys()];
}

/** @param {any} command @returns {Promise<object>} what came of it */
async function obey(command) {
  if (command.do === "reset") {
    // A run that failed may have left something in its middle.
    for (const { browser, pages } of phones) for (const page of pages.values()) browser.kill(page);
    abandon();
    asked.clear();
    phones = command.clocks.map((clock, index) => ({ browser: new Browser(clock, sender(index)), pages: new Map() }));
    return {};
  }
  if (command.do === "alive") return { result: !asked.get(command.id).turn.page.dead };
  const own = phones[command.phone];
  if (command.do === "release") {
    decide(command);
    await quiet();
    return { open: openPages(own), kept: await kept(own, command.users) };
  }
  own.browser.online = command.online ?? own.browser.online;
  const before = command.do === "open" ? undefined : own.pages.get(command.page);
  const page = before ?? { dead: false, close: () => undefined };
  page.diesAt = command.dies_at ?? null;
  const task = begin(own.browser, page, (task) => deeds[command.do](own, command, page, task));
  await quiet();
  page.diesAt = null;
  const { result } = task;
  const error = [task, ...(task.parts ?? [])].find((one) => one.error)?.error;
  return { result, error, dead: page.dead, open: openPages(own), kept: await kept(own, command.users) };
}

process.on("unhandledRejection", (error) => tell({ broken: String(error?.stack ?? error) }));
createInterface({ input: process.stdin }).on("line", (line) => {
  const said = JSON.parse(line);
  if (!("do" in said)) return decide(said);
  const failed = (error) => tell({ broken: String(error?.stack ?? error) });
  return obey(said).then((done) => tell({ done, command: said.command }), failed);
});
