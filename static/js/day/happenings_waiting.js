/**
 * The treatments, flare-ups and pauses that wait on the phone, on its own page of them.
 *
 * Hooks: [data-happenings-waiting] has the list, with [data-back], the word of its buttons, [data-tried], what is said
 * of one that may have arrived, and the name of each kind by its key. See templates/events/offline.html.
 */
import { dayWords } from "../phone/clock.js";
import { inTurn } from "./in_turn.js";

/** @typedef {import("../phone/phone.js").Phone} Phone */

const PATIENCE_MS = 4_000;
const AGAIN_MS = 5_000;
const SELDOM_MS = 60_000;
/** What of a thing its line says besides its kind and day. */
const SAID = ["number", "trigger", "note"];

/**
 * Lists what waits for as long as the page is open, and gives way to the server's page once it has all of it.
 * @param {Phone} phone
 */
export async function showWaiting(phone) {
  let waited = 0;
  const update = inTurn(async () => {
    const waits = await listWaiting(phone);
    // Sent meanwhile: the server's page has all of it.
    if (waited > 0 && waits === 0 && navigator.onLine) location.reload();
    waited = waits;
  });
  phone.addEventListener("change", () => void update());
  phone.addEventListener("elsewhere", () => void update());
  await update();
  const leave = inTurn(() => giveWay(phone));
  window.addEventListener("online", () => void leave());
  // There is a network, and yet no answer came when the page was opened.
  if (navigator.onLine) setTimeout(() => void leave(), AGAIN_MS);
}

/**
 * Asks until the server answers, and has its page then: the browser says "online" as soon as there is any network.
 * @param {Phone} phone
 */
async function giveWay(phone) {
  // Ever more seldom: the page may lie open for hours.
  for (let pause = AGAIN_MS; navigator.onLine; pause = Math.min(2 * pause, SELDOM_MS)) {
    if (await answers()) {
      await phone.flush();
      return location.reload();
    }
    await new Promise((go) => setTimeout(go, pause));
  }
}

/** @returns {Promise<boolean>} whether the server could be reached, whatever it says */
const answers = () =>
  fetch(location.href, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) }).then(
    ({ status }) => status < 500,
    () => false,
  );

/** @param {Phone} phone @returns {Promise<number>} how many wait */
async function listWaiting(phone) {
  const box = /** @type {HTMLElement | null} */ (document.querySelector("[data-happenings-waiting]"));
  const list = box?.querySelector("ul");
  if (!box || !list) return 0;
  const records = (await phone.store.records()).filter(({ op, state }) => state !== "rejected" && Object.keys(op.set).some((kind) => kind in box.dataset));
  const shown = records.map(({ op, tried }) => `${op.op} ${tried}`).join(" ");
  if (list.dataset.shown === shown) return records.length;
  // The button that was tapped is gone.
  if (list.contains(document.activeElement)) document.getElementById("main")?.focus();
  list.dataset.shown = shown;
  box.hidden = records.length === 0;
  list.replaceChildren(...records.map((record) => lineOf(record, box, phone)));
  return records.length;
}

/** @param {import("../phone/queue.js").Kept} record @param {HTMLElement} box @param {Phone} phone */
function lineOf({ op, tried }, box, phone) {
  const [line, words] = [document.createElement("li"), document.createElement("span")];
  line.className = "row row--apart";
  const told = Object.entries(op.set).map(([kind, thing]) => [box.dataset[kind], ...saidOf(thing)].join(", "));
  words.textContent = `${dayWords(op.day, { day: "numeric", month: "long", year: "numeric" })}: ${told.join("; ")}`;
  line.append(words);
  // What may have arrived already is taken back on the server's page.
  line.append(tried ? note(box.dataset.tried ?? "") : takeBack(op.op, box.dataset.back ?? "", words.textContent, phone));
  return line;
}

/** @param {string} text */
function note(text) {
  const line = document.createElement("span");
  Object.assign(line, { className: "muted", textContent: text });
  return line;
}

/** @param {unknown} thing @returns {string[]} */
const saidOf = (thing) =>
  SAID.map((name) => /** @type {Record<string, unknown>} */ (thing)[name])
    .filter((value) => value !== null && value !== undefined)
    .map(String);

/** @param {string} op @param {string} label @param {string} of what it takes back, for who hears it @param {Phone} phone */
function takeBack(op, label, of, phone) {
  const [button, heard] = [document.createElement("button"), document.createElement("span")];
  Object.assign(button, { type: "button", className: "button button--plain", textContent: label });
  Object.assign(heard, { className: "sr", textContent: `: ${of}` });
  button.append(heard);
  button.addEventListener("click", () => void phone.takeBack(op));
  return button;
}
