/**
 * The guided timer's page: shows where a session is, and says it with sound and vibration.
 *
 * Hooks: [data-timer] with its words and the names of the log's fields, and one <option> per plan with its numbers;
 * see templates/stretching/timer.html. A person's own numbers come in the end of the address. Nothing is sent: the links to the log carry what
 * was done in the end of their address. A tap on one is the person's answer, which the log saves; before it nothing is.
 */
import { forgetPlace, keepPlace, keptPlace } from "./timer_place.js";
import { at, isOver, next, pause, ready, secondsLeft, setsDone, start, steadyClock, stepsOf, withOwnNumbers } from "./timer_steps.js";
import { leaveWord, withWord } from "./timer_word.js";

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

class TimerPage {
  #signals = new Signals();
  /** @type {Run} */
  #run = ready([]);
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;
  /** Sets of runs before this one, as of the other foot. */
  #before = 0;
  /** Sets that the log was told already: who comes back and taps again does not add them twice. */
  #told = 0;
  /** Whether the person answered: then nothing is gone on with when the timer is opened again. */
  #answered = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.words = root.dataset;
    this.choice = /** @type {HTMLSelectElement} */ (part(root, "plan"));
    this.toggle = /** @type {HTMLButtonElement} */ (part(root, "toggle"));
    this.skip = /** @type {HTMLButtonElement} */ (part(root, "next"));
    this.again = /** @type {HTMLButtonElement} */ (part(root, "again"));
    this.bar = /** @type {HTMLProgressElement} */ (part(root, "bar"));
    this.done = /** @type {HTMLAnchorElement} */ (part(root, "done"));
    this.hurt = /** @type {HTMLAnchorElement} */ (part(root, "hurt"));
  }

  begin() {
    this.choice.addEventListener("change", () => this.#prepare(sessionOf(this.choice.selectedOptions[0])));
    this.toggle.addEventListener("click", () => this.#goOn());
    this.skip.addEventListener("click", () => this.#become(next(this.#run, now())));
    this.again.addEventListener("click", () => {
      this.#rewind();
      // The button that was tapped is gone.
      this.toggle.focus();
    });
    for (const link of [this.done, this.hurt]) link.addEventListener("click", (event) => this.#leave(event, link));
    window.addEventListener("hashchange", () => this.#choose());
    window.addEventListener("pageshow", () => this.#offerLog());
    window.addEventListener("pagehide", () => this.#keep());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#keep() : this.#wake()));
    part(this.root, "buzz-choice").hidden = !("vibrate" in navigator);
    this.root.hidden = false;
    this.#choose();
  }

  /** Takes the plan that the end of the address names, with the person's own numbers. */
  #choose() {
    const told = new URLSearchParams(location.hash.slice(1));
    const options = [...this.choice.options];
    const named = options.find((option) => option.value === told.get("plan"));
    for (const option of options) option.hidden = option.value === OWN && option !== named;
    this.choice.value = (named ?? options.find((option) => !option.hidden))?.value ?? "";
    this.#prepare(withOwnNumbers(sessionOf(this.choice.selectedOptions[0]), told));
    const kept = keptPlace(this.choice.value, this.#run.steps, Date.now());
    if (!kept) return;
    [this.#before, this.#told] = [kept.before, kept.told];
    // Where it was, and silently: it goes on with a tap.
    this.#run = kept.run;
    this.#show();
  }

  /** @param {Session} session */
  #prepare(session) {
    part(this.root, "offline").hidden = true;
    this.#run = ready(stepsOf(session));
    this.#before = this.#told = 0;
    this.#become(this.#run);
  }

  /** The page may not come back as it is: a phone that needs the room lets it go while a call goes on. */
  #keep() {
    const run = pause(this.#run, now());
    if (this.#answered || isOver(run) || !isBegun(run)) forgetPlace();
    else keepPlace({ plan: this.choice.value, run, before: this.#before, told: this.#told, at: Date.now() });
  }

  #goOn() {
    if (this.#run.since !== null) return this.#become(pause(this.#run, now()));
    if (isOver(this.#run)) this.#rewind();
    this.#start();
  }

  /** Back to the first step; the sets that are done stay done. */
  #rewind() {
    this.#before += setsDone(this.#run);
    this.#run = ready(this.#run.steps);
    this.#show();
  }

  #start() {
    this.#answered = false;
    this.#signals.wake();
    this.#become(start(this.#run, now()));
    this.#say();
    this.#ticking ??= setInterval(() => this.#become(at(this.#run, now())), REDRAW_MS);
  }

  #wake() {
    if (document.hidden || this.#run.since === null) return;
    this.#become(at(this.#run, now()));
    if (this.#run.since !== null) void this.#signals.keepScreenOn();
  }

  /** @param {Event} event a tap on a link to the log @param {HTMLAnchorElement} link */
  #leave(event, link) {
    this.#become(pause(this.#run, now()));
    // Without a connection the log is the phone's own, where there is one.
    if (navigator.onLine || navigator.serviceWorker?.controller) {
      link.hash = withWord(link.hash, leaveWord());
      this.#told = this.#setsDone();
      this.#answered = true;
      return;
    }
    event.preventDefault();
    part(this.root, "offline").hidden = false;
  }

  /** @param {Run} run */
  #become(run) {
    const moved = run.index !== this.#run.index;
    this.#run = run;
    if (moved) this.#say();
    if (run.since === null) {
      clearInterval(this.#ticking);
      this.#ticking = undefined;
      this.#signals.rest();
    }
    this.#show();
  }

  #kind() {
    return this.#run.steps[this.#run.index]?.kind ?? "over";
  }

  #say() {
    const isOn = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (part(this.root, name)).checked;
    this.#signals.say(this.#kind(), { sound: isOn("sound"), buzz: isOn("buzz") });
  }

  #show() {
    const { root, words } = this;
    const run = this.#run;
    const left = secondsLeft(run, now());
    write(part(root, "step"), words[`kind_${this.#kind()}`] ?? "");
    write(part(root, "left"), left === null ? "" : String(left));
    write(part(root, "unit"), left === null ? "" : (words.unit ?? ""));
    write(part(root, "count"), this.#counted());
    this.bar.max = Math.max(run.steps.length, 1);
    this.bar.value = run.index;
    const label = run.since !== null ? words.pause : isOver(run) ? words.once_more : isBegun(run) ? words.go_on : words.start;
    write(this.toggle, label ?? "");
    this.skip.disabled = isOver(run);
    this.again.hidden = run.since !== null || isOver(run) || !isBegun(run);
    this.#offerLog();
  }

  #setsDone() {
    return this.#before + setsDone(this.#run);
  }

  #counted() {
    const { steps, index } = this.#run;
    const step = steps[index];
    if (!step) return fill(this.words.sets_done, { sets: this.#setsDone() });
    const reps = Math.max(...steps.map((one) => one.rep));
    const sets = Math.max(...steps.map((one) => one.set));
    const parts = [];
    if (reps > 1) parts.push(fill(this.words.rep_of, { rep: step.rep, reps }));
    if (sets > 1) parts.push(fill(this.words.set_of, { set: step.set, sets }));
    return parts.join(" · ");
  }

  /** What was done stands in the end of the address, which no server sees; "+" adds it to what the day holds. */
  #offerLog() {
    const { fieldDone = "", fieldSets = "", fieldHurt = "" } = this.words;
    const sets = Math.max(this.#setsDone() - this.#told, 0);
    const told = new URLSearchParams({ [fieldDone]: "yes", ...(sets ? { [fieldSets]: `+${sets}` } : {}) });
    this.done.hash = told.toString();
    told.set(fieldHurt, "yes");
    this.hurt.hash = told.toString();
  }
}

/** @param {Run} run @returns {boolean} whether anything of it is behind the person */
const isBegun = (run) => run.index > 0 || run.spentMs > 0;

/** A screen reader hears a line only when it changes. @param {HTMLElement} line @param {string} text */
function write(line, text) {
  if (line.textContent !== text) line.textContent = text;
}

for (const root of document.querySelectorAll(/** @type {"div"} */ ("[data-timer]"))) new TimerPage(root).begin();
