/**
 * The guided timer without a page: which steps a session has, and where it is at a moment.
 *
 * Nothing counts ticks. A state says since when its step runs, so that a tab that slept for ten seconds or ten
 * minutes is right when it wakes: `at` goes as many steps on as the time that passed.
 */

/**
 * @typedef {object} Session what is counted; null is "not stated", and such a step waits for the person
 * @property {number | null} hold_s
 * @property {number | null} up_s
 * @property {number | null} down_s
 * @property {number | null} rest_s after each repetition
 * @property {number | null} set_rest_s between two sets
 * @property {number | null} total_s instead of repetitions
 * @property {number} reps
 * @property {number} sets
 */
/** @typedef {"ready" | "up" | "hold" | "down" | "go" | "release" | "rest" | "set_rest"} Kind */
/**
 * @typedef {object} Step
 * @property {Kind} kind
 * @property {number | null} seconds null: it goes on until the person moves on
 * @property {number} set counted from 1
 * @property {number} rep counted from 1
 * @property {boolean} endsSet whether the set is done with it
 */
/**
 * @typedef {object} Run
 * @property {readonly Step[]} steps
 * @property {number} index of the step that is on; the number of steps when all are over
 * @property {number | null} since when the step's clock was started, null while it is paused
 * @property {number} spentMs of the step before that
 */

/** To get into place; and to let go between two holds, of which the sources do not say how long it takes. */
export const READY_S = 5;
export const RELEASE_S = 5;
const MS = 1000;
/** What a stored plan can hold at most. @type {Readonly<Record<string, number>>} */
const MOST = { hold_s: 600, reps: 100, sets: 12 };

/** @param {Session} session @returns {Step[]} */
export function stepsOf(session) {
  const steps = [];
  for (let set = 1; set <= session.sets; set += 1) {
    if (set > 1) steps.push(step("set_rest", session.set_rest_s, set, 1));
    if (set === 1 || session.set_rest_s === null) steps.push(step("ready", READY_S, set, 1));
    steps.push(...stepsOfSet(session, set));
  }
  return steps;
}

/** @param {Session} session @param {number} set @returns {Step[]} */
function stepsOfSet(session, set) {
  if (session.total_s !== null) return [{ ...step("go", session.total_s, set, 1), endsSet: true }];
  const steps = [];
  for (let rep = 1; rep <= session.reps; rep += 1) {
    if (session.up_s !== null) steps.push(step("up", session.up_s, set, rep));
    steps.push(step("hold", session.hold_s, set, rep));
    if (session.down_s !== null) steps.push(step("down", session.down_s, set, rep));
    if (rep < session.reps) steps.push(...between(session, set, rep));
  }
  const last = steps.pop();
  return last ? [...steps, { ...last, endsSet: true }] : [];
}

/** @param {Session} session @param {number} set @param {number} rep @returns {Step[]} */
function between(session, set, rep) {
  if (session.rest_s !== null) return [step("rest", session.rest_s, set, rep)];
  // A movement up and down goes straight into the next one.
  return session.up_s === null ? [step("release", RELEASE_S, set, rep)] : [];
}

/** @param {Kind} kind @param {number | null} seconds @param {number} set @param {number} rep @returns {Step} */
const step = (kind, seconds, set, rep) => ({ kind, seconds, set, rep, endsSet: false });

/** @param {readonly Step[]} steps @returns {Run} */
export const ready = (steps) => ({ steps, index: 0, since: null, spentMs: 0 });

/** @param {Run} run */
export const isOver = (run) => run.index >= run.steps.length;

/** @param {Run} run @param {number} now */
const spent = (run, now) => run.spentMs + (run.since === null ? 0 : Math.max(0, now - run.since));

/** @param {Run} run @param {number} now in ms of a clock that only goes forward @returns {Run} where it is at the moment */
export function at(run, now) {
  let { index } = run;
  let ms = spent(run, now);
  for (;;) {
    const seconds = run.steps[index]?.seconds;
    if (run.since === null || seconds === undefined || seconds === null || ms < seconds * MS) break;
    ms -= seconds * MS;
    index += 1;
  }
  if (index === run.index) return run;
  return index >= run.steps.length ? over(run.steps) : { ...run, index, since: now, spentMs: ms };
}

/** @param {readonly Step[]} steps @returns {Run} */
const over = (steps) => ({ steps, index: steps.length, since: null, spentMs: 0 });

/** @param {Run} run @param {number} now @returns {Run} */
export function start(run, now) {
  return isOver(run) || run.since !== null ? run : { ...run, since: now };
}

/** @param {Run} run @param {number} now @returns {Run} */
export function pause(run, now) {
  const here = at(run, now);
  return here.since === null ? here : { ...here, since: null, spentMs: spent(here, now) };
}

/** @param {Run} run @param {number} now @returns {Run} the next step, running if this one was */
export function next(run, now) {
  const here = at(run, now);
  if (isOver(here)) return here;
  const index = here.index + 1;
  if (index >= here.steps.length) return over(here.steps);
  return { ...here, index, since: here.since === null ? null : now, spentMs: 0 };
}

/** @param {Run} run @param {number} now @returns {number | null} whole seconds left of the step, null where it waits */
export function secondsLeft(run, now) {
  const seconds = run.steps[run.index]?.seconds;
  if (seconds === undefined || seconds === null) return null;
  return Math.max(0, Math.ceil((seconds * MS - spent(run, now)) / MS));
}

/** @param {Run} run @returns {number} sets that are behind the person */
export const setsDone = (run) => run.steps.slice(0, run.index).filter((one) => one.endsSet).length;

/**
 * @param {Session} known the numbers of the preset, or of a plan without any
 * @param {URLSearchParams} told a person's own numbers, from the end of the address; what cannot be is left out
 * @returns {Session}
 */
export function withOwnNumbers(known, told) {
  const own = { ...known };
  for (const [name, most] of Object.entries(MOST)) {
    const text = told.get(name) ?? "";
    const number = Number(text);
    if (/^[0-9]{1,3}$/.test(text) && number >= 1 && number <= most) Object.assign(own, { [name]: number });
  }
  return own;
}

/**
 * Where a phone sleeps, one clock may stand still; where somebody sets the time, the other one jumps back.
 * @param {() => number} monotonic
 * @param {() => number} wall
 * @returns {() => number} ms since now, as the clock says that went further
 */
export function steadyClock(monotonic, wall) {
  const from = [monotonic(), wall()];
  let last = 0;
  return () => {
    last = Math.max(last, monotonic() - (from[0] ?? 0), wall() - (from[1] ?? 0));
    return last;
  };
}
