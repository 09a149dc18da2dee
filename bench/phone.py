"""What a person waits for on a slow phone: Chromium at 360×780, its processor slowed to a quarter, on the real server.

Three times: from a tap to the line that says "Saved"; from a tap to the next picture of the page; and, the server
gone, from opening the log to a pain button that can be tapped and is listened to. Only the page is slowed: Chromium
cannot slow a service worker. Where other programs load the machine these times say little; the processor time of the
page's own thread, in which its slowing counts, is what is left of them on a phone that does nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from typing import Any, Final

from playwright.sync_api import BrowserContext, CDPSession, Page, ViewportSize, expect, sync_playwright

from bench.live import Live, serving_a_patient
from bench.reports import write_report
from tests.support.browsers import launch

PHONE: Final = ViewportSize(width=360, height=780)
SLOWED: Final = 4
ROUNDS: Final = 40
_SETTLES_MS: Final = 400
#: Chromium tells no event that took less; one that it does not tell counts as this.
_LEAST_TOLD_MS: Final = 16

# When each tap was, when the line said "Saved" and was drawn, and how long the tap took to the next picture.
_WATCH_TAPS: Final = """
window.taps = [];
document.addEventListener("pointerdown", (event) => {
  const tap = { at: event.timeStamp, saved: null, painted: 0 };
  window.taps.push(tap);
  window.saved = new Promise((resolve) => { tap.say = resolve; });
}, true);
new PerformanceObserver((list) => {
  for (const event of list.getEntries()) {
    const tap = window.taps.findLast((one) => one.at <= event.startTime + 1);
    if (event.interactionId && tap) tap.painted = Math.max(tap.painted, event.duration);
  }
}).observe({ type: "event", durationThreshold: 16 });
new MutationObserver((changes) => {
  for (const { target } of changes) {
    const [tap, said] = [window.taps.at(-1), target.matches("[data-log-status]") && target.dataset.state === "saved"];
    if (!said || !tap || tap.saved !== null) continue;
    tap.saved = -1;
    requestAnimationFrame(() => setTimeout(() => tap.say(tap.saved = performance.now() - tap.at)));
  }
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-state"] });
"""

# When the form of the day was listened to and a pain button lay where a finger would find it.
_WATCH_OPENING: Final = """
const listen = EventTarget.prototype.addEventListener;
let listening = false;
let opened;
window.opened = new Promise((resolve) => { opened = resolve; });
EventTarget.prototype.addEventListener = function (kind, ...rest) {
  if (kind === "change" && this instanceof HTMLFormElement && this.matches("[data-log]")) listening = true;
  return listen.call(this, kind, ...rest);
};
const look = () => {
  const button = document.querySelector("form[data-log] .scale label");
  const box = button?.getBoundingClientRect();
  const found = box && box.width > 0 && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  if (listening && found && button.contains(found)) opened(performance.now());
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""

# The same work, slowed and not: says whether the processor is slowed at all.
_WORK: Final = """
() => {
  let sum = 0;
  for (let index = 0; index < 2e7; index += 1) sum += index % 7;
  return sum;
}
"""


@dataclass(frozen=True, kw_only=True)
class Waited:
    """The times of one thing in milliseconds: the median, the quarters and the ends, and the goal for the median.

    ``cpu_ms`` is the median of what the page's own thread worked meanwhile, slowed as it is; None: not told.
    """

    name: str
    goal_ms: int
    median_ms: float
    quarters_ms: tuple[float, float]
    least_ms: float
    most_ms: float
    cpu_ms: float | None
    rounds: int


def main(name: str) -> None:
    """Measure, print and write."""
    with serving_a_patient() as live, sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(base_url=live.address, viewport=PHONE, has_touch=True)
        context.add_cookies([{"name": live.cookie[0], "value": live.cookie[1], "url": live.address}])
        slowdown = _slowdown(context)
        found = [*_taps(context), _openings(context, live)]
        version = browser.version
        browser.close()
    for one in found:
        worked = "" if one.cpu_ms is None else f", {one.cpu_ms:.0f} ms of them work of the page"
        print(f"{one.median_ms:6.0f} ms ({one.least_ms:.0f}-{one.most_ms:.0f}), goal {one.goal_ms}: {one.name}{worked}")
    print(f"The processor was slowed {slowdown:.1f} times.")
    unit = "milliseconds of the wall, in Chromium at 360×780 with the page's processor slowed"
    told = {"unit": unit, "chromium": version, "slowed": round(slowdown, 1), "load": os.getloadavg()}
    write_report(name, {**told, "times": [asdict(one) for one in found]})


def _slowdown(context: BrowserContext) -> float:
    """Return how many times as much of its processor the slowed page needs for the same work."""
    page = context.new_page()
    page.goto("/offline")
    session = _slow_down(page)
    needed = []
    for rate in (1, SLOWED):
        session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
        before = _worked_ms(session)
        for _ in range(5):
            page.evaluate(_WORK)
        needed.append(_worked_ms(session) - before)
    page.close()
    return needed[1] / needed[0]


def _slow_down(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    return session


def _worked_ms(session: CDPSession) -> float:
    """Return the processor time of the page's thread since the page was opened."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration")


def _taps(context: BrowserContext) -> list[Waited]:
    """Tap one pain button after another, each when the tap before is done with."""
    page = context.new_page()
    page.add_init_script(_WATCH_TAPS)
    session = _slow_down(page)
    # Twice: the second time the service worker is there, as on every day after the first.
    for _visit in range(2):
        page.goto("/log", wait_until="networkidle")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert page.evaluate("navigator.serviceWorker.controller !== null")
    buttons = page.get_by_role("radiogroup", name="First-step pain", exact=True).locator("label")
    worked = []
    for number in range(ROUNDS + 1):
        box = buttons.nth(number % buttons.count()).bounding_box()
        assert box is not None
        before = _worked_ms(session)
        page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.evaluate("window.saved")
        worked.append(_worked_ms(session) - before)
        page.wait_for_timeout(_SETTLES_MS)
    # The first one meets code that has never run.
    taps: list[dict[str, Any]] = page.evaluate("window.taps.map(({ saved, painted }) => ({ saved, painted }))")[1:]
    page.close()
    assert len(taps) == ROUNDS
    painted = [max(tap["painted"], _LEAST_TOLD_MS) for tap in taps]
    return [
        _waited("a tap on a pain button until the line says Saved", 300, [tap["saved"] for tap in taps], worked[1:]),
        _waited("a tap on a pain button until the next picture", 100, painted),
    ]


def _openings(context: BrowserContext, live: Live) -> Waited:
    """Open the log again and again with the server gone, each time in a new page with the service worker stopped."""
    live.kill()
    times, worked = [], []
    for _round in range(ROUNDS + 1):
        page = context.new_page()
        page.add_init_script(_WATCH_OPENING)
        session = _slow_down(page)
        session.send("ServiceWorker.enable")
        session.send("ServiceWorker.stopAllWorkers")
        page.goto("/log")
        times.append(page.evaluate("window.opened"))
        worked.append(_worked_ms(session))
        _prove_that_it_listens(page)
        page.close()
    return _waited("opening the log without the server until a pain button listens", 1_000, times[1:], worked[1:])


def _prove_that_it_listens(page: Page) -> None:
    page.get_by_role("radiogroup", name="First-step pain", exact=True).locator("label").first.tap()
    expect(page.locator("[data-log-status]")).to_have_attribute("data-state", "kept")


def _waited(name: str, goal_ms: int, times: Sequence[float], worked: Sequence[float] = ()) -> Waited:
    low, _middle, high = quantiles(times, n=4)
    return Waited(
        name=name,
        goal_ms=goal_ms,
        median_ms=round(median(times), 1),
        quarters_ms=(round(low, 1), round(high, 1)),
        least_ms=round(min(times), 1),
        most_ms=round(max(times), 1),
        cpu_ms=round(median(worked), 1) if worked else None,
        rounds=len(times),
    )
