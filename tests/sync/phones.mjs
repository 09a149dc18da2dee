/**
 * Phones for tests in Python: commands come in as lines of JSON, and each request that a phone makes goes out as one,
 * for Python to decide what becomes of it. A command is answered when nothing goes on any more.
 */
import { createInterface } from "node:readline";
import { Browser, begin, mortal, park, quiet, unpark } from "./browser.mjs";
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

const deeds = {
  async open(phone, command) {
    await open(phone, command);
  },
  async kill(phone, { page }) {
    close(phone, page);
  },
  async tap(_phone, { entry }, { phone }, task) {
    const { op, sent } = await phone.add(entry);
    task.op = op;
    await sent;
  },
  async flush(_phone, _command, { phone }) {
    await phone.flush();
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

/** @param {any} command */
async function obey(command) {
  if (command.do === "reset") {
    phones = command.clocks.map((clock, index) => ({ browser: new Browser(clock, sender(index)), pages: new Map() }));
    asked.clear();
    return tell({ done: {} });
  }
  if (command.do === "alive") return tell({ done: { result: !asked.get(command.id).turn.page.dead } });
  if (command.do === "release") {
    decide(command);
    await quiet();
    return tell({ done: { kept: await kept(phones[command.phone], command.users) } });
  }
  const own = phones[command.phone];
  own.browser.online = command.online ?? own.browser.online;
  const before = command.do === "open" ? undefined : own.pages.get(command.page);
  const page = before ?? { dead: false, close: () => undefined };
  page.diesAt = command.dies_at ?? null;
  const task = begin(own.browser, page, (task) => deeds[command.do](own, command, page, task));
  await quiet();
  if (page === before && page.dead) own.pages.delete(command.page);
  page.diesAt = null;
  const { op, result, error } = task;
  return tell({ done: { op, result, error, dead: page.dead, kept: await kept(own, command.users) } });
}

process.on("unhandledRejection", (error) => tell({ broken: String(error?.stack ?? error) }));
createInterface({ input: process.stdin }).on("line", (line) => {
  const said = JSON.parse(line);
  if ("do" in said) obey(said).catch((error) => tell({ broken: String(error?.stack ?? error) }));
  else decide(said);
});
