/**
 * The guided timer's page: shows where a session is, and says it with sound and vibration.
 *
 * Hooks: [data-timer] with its words and the names of the log's fields, and one <option> per plan with its numbers;
 * see templates/stretching/timer.html. A person's own numbers come in the end of the address. Nothing is stored and nothing is sent: the links to the log carry what
 * was done in the end of their address, where the person looks at it and saves it.
 */
import { at, isOver, next, pause, ready, secondsLeft, setsDone, start, steadyClock, stepsOf, withOwnNumbers } from "./timer_steps.js";

/** @typedef {import("./timer_steps.js").Run} Run */
/** @typedef {import("./timer_steps.js").Session} Session */

const REDRAW_MS = 200;
const OWN = "own";
/** Hz of the sound with which a step begins. @type {Readonly<Record<string, number>>} */
const PITCH = { up: 660, hold: 880, go: 880, down: 550, release: 440, rest: 440, set_rest: 440, ready: 440, over: 990 };
const BEEP_S = 0.18;
const LOUDNESS = 0.2;
const BUZZ_MS = 120;

const now = steadyClock(() => performance.now(), () => Date.now());

/** @param {HTMLElement} root @param {string} name @returns {HTMLElement} */
function part(root, name) {
  const found = root.querySelector(`[data-timer-${name}]`);
  if (!(found instanceof HTMLElement)) throw new Error(`the timer's page has no ${name}`);
  return found;
}

/** Puts numbers into a sentence of the page. @param {string | undefined} sentence @param {Record<string, unknown>} values */
const fill = (sentence, values) => (sentence ?? "").replace(/\{(\w+)\}/g, (_all, name) => String(values[name] ?? ""));

/** @param {HTMLOptionElement | undefined} option @returns {Session} the numbers of a plan; what is not stated is null */
function sessionOf(option) {
  const number = (/** @type {string} */ name) => (option?.dataset[name] ? Number(option.dataset[name]) : null);
  return {
    hold_s: number("hold_s"),
    up_s: number("up_s"),
    down_s: number("down_s"),
    rest_s: number("rest_s"),
    set_rest_s: number("set_rest_s"),
    total_s: number("total_s"),
    reps: number("reps") ?? 1,
    sets: number("sets") ?? 1,
  };
}

class Signals {
  /** @type {AudioContext | null} */
  #audio = null;
  /** @type {WakeLockSentinel | null} */
  #lock = null;

  /** Sound may begin only with a tap. */
  wake() {
    this.#audio ??= "AudioContext" in window ? new AudioContext() : null;
    void this.#audio?.resume();
    void this.keepScreenOn();
  }

  async keepScreenOn() {
    try {
      this.#lock = (await navigator.wakeLock?.request("screen")) ?? null;
    } catch {
      // Without it the screen may go dark; the time stays right.
      this.#lock = null;
    }
  }

  rest() {
    void this.#lock?.release();
    this.#lock = null;
  }

  /** @param {string} kind @param {{sound: boolean, buzz: boolean}} wanted */
  say(kind, wanted) {
    if (wanted.buzz) navigator.vibrate?.(kind === "over" ? [BUZZ_MS, BUZZ_MS, BUZZ_MS] : BUZZ_MS);
    const audio = this.#audio;
    if (!wanted.sound || !audio) return;
    const tone = new OscillatorNode(audio, { frequency: PITCH[kind] ?? 440 });
    const volume = new GainNode(audio, { gain: LOUDNESS });
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + BEEP_S);
  }
}

/** @param {HTMLElement} root */
function runTimer(root) {
  const words = root.dataset;
  const choice = /** @type {HTMLSelectElement} */ (part(root, "plan"));
  const toggle = /** @type {HTMLButtonElement} */ (part(root, "toggle"));
  const skip = /** @type {HTMLButtonElement} */ (part(root, "next"));
  const bar = /** @type {HTMLProgressElement} */ (part(root, "bar"));
  const links = { done: /** @type {HTMLAnchorElement} */ (part(root, "done")), hurt: /** @type {HTMLAnchorElement} */ (part(root, "hurt")) };
  const signals = new Signals();
  /** @type {Run} */
  let run = ready([]);
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let ticking;

  const isOn = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (part(root, name)).checked;
  const kindNow = () => (isOver(run) ? "over" : (run.steps[run.index]?.kind ?? "over"));

  /** @param {Run} after */
  function become(after) {
    const moved = after.index !== run.index;
    run = after;
    if (moved) signals.say(kindNow(), { sound: isOn("sound"), buzz: isOn("buzz") });
    if (run.since === null) {
      clearInterval(ticking);
      ticking = undefined;
      signals.rest();
    }
    show();
  }

  function show() {
    const step = run.steps[run.index];
    const left = secondsLeft(run, now());
    write(part(root, "step"), words[`kind_${kindNow()}`] ?? "");
    write(part(root, "left"), left === null ? "" : String(left));
    write(part(root, "unit"), left === null ? "" : (words.unit ?? ""));
    write(part(root, "count"), step ? counted(step) : fill(words.sets_done, { sets: setsDone(run) }));
    bar.max = Math.max(run.steps.length, 1);
    bar.value = run.index;
    const label = run.since !== null ? words.pause : run.index > 0 || run.spentMs > 0 ? words.go_on : words.start;
    write(toggle, label ?? "");
    toggle.disabled = skip.disabled = isOver(run);
    offerLog();
  }

  /** @param {import("./timer_steps.js").Step} step */
  function counted(step) {
    const last = { reps: Math.max(...run.steps.map((one) => one.rep)), sets: Math.max(...run.steps.map((one) => one.set)) };
    const parts = [];
    if (last.reps > 1) parts.push(fill(words.rep_of, { rep: step.rep, reps: last.reps }));
    if (last.sets > 1) parts.push(fill(words.set_of, { set: step.set, sets: last.sets }));
    return parts.join(" · ");
  }

  /** What was done stands in the end of the address, which no server sees; "+" adds it to what the day holds. */
  function offerLog() {
    const sets = setsDone(run);
    for (const [name, link] of Object.entries(links)) {
      const told = new URLSearchParams({ [words.fieldDone ?? ""]: "yes" });
      if (sets) told.set(words.fieldSets ?? "", `+${sets}`);
      if (name === "hurt") told.set(words.fieldHurt ?? "", "yes");
      link.hash = told.toString();
    }
  }

  function choose() {
    const told = new URLSearchParams(location.hash.slice(1));
    const named = [...choice.options].find((option) => option.value === told.get("plan"));
    for (const option of choice.options) option.hidden = option.value === OWN && option !== named;
    choice.value = (named ?? [...choice.options].find((option) => !option.hidden))?.value ?? "";
    prepare(withOwnNumbers(sessionOf(choice.selectedOptions[0]), told));
  }

  /** @param {Session} session */
  function prepare(session) {
    part(root, "offline").hidden = true;
    run = ready(stepsOf(session));
    become(run);
  }

  choice.addEventListener("change", () => prepare(sessionOf(choice.selectedOptions[0])));
  toggle.addEventListener("click", () => {
    if (run.since !== null) return become(pause(run, now()));
    signals.wake();
    become(start(run, now()));
    signals.say(kindNow(), { sound: isOn("sound"), buzz: isOn("buzz") });
    ticking ??= setInterval(() => become(at(run, now())), REDRAW_MS);
  });
  skip.addEventListener("click", () => become(next(run, now())));
  for (const link of Object.values(links)) {
    link.addEventListener("click", (event) => {
      become(pause(run, now()));
      if (navigator.onLine) return;
      event.preventDefault();
      part(root, "offline").hidden = false;
    });
  }
  window.addEventListener("hashchange", choose);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || run.since === null) return;
    become(at(run, now()));
    if (run.since !== null) void signals.keepScreenOn();
  });
  part(root, "buzz-choice").hidden = !("vibrate" in navigator);
  root.hidden = false;
  choose();
}

/** A screen reader hears a line only when it changes. @param {HTMLElement} line @param {string} text */
function write(line, text) {
  if (line.textContent !== text) line.textContent = text;
}

for (const root of document.querySelectorAll(/** @type {"div"} */ ("[data-timer]"))) runTimer(root);
