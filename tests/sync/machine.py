"""What can happen to three phones and a server, in any order; after each step all that must be true is asked again."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import timedelta
from typing import Any, ClassVar, Final
from uuid import UUID, uuid5

from flask import Flask
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.cast import TODAY
from tests.sync.line import FATES
from tests.sync.phones import Phones
from tests.sync.world import PHONES, World

_YEARS_S: Final = 2 * 365 * 86400
SKEWS = st.sampled_from([0, 0, -3600, 86400, _YEARS_S, -_YEARS_S])
# The last is what a phone takes for today whose clock is two years behind; the one before has not come yet.
DAYS: Final = [*(str(TODAY - timedelta(days=back)) for back in (0, 0, 1, 2)), "2026-12-23", "2024-11-23"]
#: How often at most in a run: after these nothing waits, and a run of nothing else meets nothing.
MOST_REPAIRS, MOST_ENDINGS = 2, 2


def _sets() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for foot in ("right", "left"):
        for name in ("first_step_pain", "average_pain"):
            found += [{"foot": foot, "set": {name: value}} for value in (0, 6, None)]
    found += [{"foot": "right", "set": {"first_step_pain": 11}}]
    for name, values in _OF_DAY.items():
        found += [{"foot": None, "set": {name: value}} for value in values]
    found += [{"foot": None, "set": {"stretch_done": True, "stretch_minutes": 10}}]
    return found


_OF_DAY: Final[dict[str, tuple[Any, ...]]] = {
    "stretch_done": (True, False, None),
    "stretch_minutes": (5, "many", None),
    "nsaid_taken": (True, False, None),
    "note": ("stairs\nand a run", None),
    "tags": (["run"], ["new_shoes", "run"], None),
}
#: A dose: which of the day's, and what is said of it; None takes it away.
DOSES: Final = [
    (which, said)
    for which in (0, 1)
    for said in (
        {"choice": "ibuprofen", "dose_mg": 400, "time": "06:30", "prescribed": False},
        {"choice": "naproxen", "dose_mg": 250, "time": None, "prescribed": True},
        {"choice": "ibuprofen", "dose_mg": 0, "time": None, "prescribed": False},
        None,
    )
]
#: A run is about a few things on a few days: only what meets can go wrong.
ENTRIES = st.lists(st.sampled_from([*_sets(), *DOSES]), min_size=2, max_size=8)
LINES = st.sampled_from([(), *((fate,) for fate in FATES), ("ok", "answer-lost"), ("late", "late")])
#: The days of before are waited for while entries are made.
DAYS_LINES = st.sampled_from([(), (), ("held",), ("held",), ("slow",), ("lost",), ("answer-cut",)])
PHONE, PAGE, MANY = st.integers(0, PHONES - 1), st.sampled_from([0, 0, 1]), st.integers(0, 30)
FEW_DAYS = st.lists(st.sampled_from(DAYS), min_size=1, max_size=3)


class SyncMachine(RuleBasedStateMachine):
    """Taps, faults and repairs; a run ends with everything in order, and then with a deleted account."""

    app: ClassVar[Flask]
    phones: ClassVar[Phones]
    #: How often everything happened, over all runs.
    counts: ClassVar[Counter[str]]

    @initialize(skews=st.tuples(SKEWS, SKEWS, SKEWS), days=FEW_DAYS, entries=ENTRIES)
    def begin(self, skews: tuple[int, int, int], days: list[str], entries: list[Any]) -> None:
        self.world = World(self.app, self.phones, skews, self.counts)
        self.repairs = self.endings = 0
        self.things = [(day, entry) for entry in entries for day in days]

    def _entry(self, phone: int, page: int, which: int) -> dict[str, Any]:
        day, entry = self.things[which % len(self.things)]
        if isinstance(entry, dict):
            return {"day": day, **entry}
        number, said = entry
        # Two persons never share the id of a dose.
        user = self.world.handsets[phone].pages.get(page) or self.world.handsets[phone].user
        dose_id = str(uuid5(UUID(user), f"{day} {number}"))
        dose = {"id": dose_id, "removed": True} if said is None else {"id": dose_id, **said}
        return {"day": day, "foot": None, "set": {"dose": dose}}

    @rule(phone=PHONE, page=PAGE, which=MANY, online=st.booleans(), fates=LINES)
    def tap(self, phone: int, page: int, which: int, online: bool, fates: tuple[str, ...]) -> None:
        self.world.tap(phone, page, self._entry(phone, page, which), online=online, fates=fates)

    @rule(phone=PHONE, page=PAGE, which=MANY, next_=st.integers(0, 1), fates=LINES, later=LINES)
    def tap_twice(
        self, phone: int, page: int, which: int, next_: int, fates: tuple[str, ...], later: tuple[str, ...]
    ) -> None:
        """A second thought, or the next answer, follows before the first one is known to have arrived."""
        self.world.tap(phone, page, self._entry(phone, page, which), online=True, fates=fates)
        self.world.tap(phone, page, self._entry(phone, page, which + next_), online=True, fates=later)

    @rule(phone=PHONE, page=PAGE, which=st.lists(MANY, min_size=2, max_size=5), online=st.booleans(), fates=LINES)
    def tap_quickly(self, phone: int, page: int, which: list[int], online: bool, fates: tuple[str, ...]) -> None:
        """Each tap follows while the one before is still being kept."""
        entries = [self._entry(phone, page, one) for one in which]
        self.world.tap(phone, page, *entries, online=online, fates=fates)

    @rule(phone=PHONE, page=PAGE, which=MANY)
    def tap_offline(self, phone: int, page: int, which: int) -> None:
        self.world.tap(phone, page, self._entry(phone, page, which), online=False)

    @rule(phone=PHONE, page=PAGE, which=MANY, dies_at=st.integers(0, 3), online=st.booleans())
    def tap_and_die(self, phone: int, page: int, which: int, dies_at: int, online: bool) -> None:
        self.world.tap(phone, page, self._entry(phone, page, which), online=online, dies_at=dies_at)

    @rule(phone=PHONE, page=PAGE, fates=LINES)
    def flush(self, phone: int, page: int, fates: tuple[str, ...]) -> None:
        self.world.flush(phone, page, online=True, fates=fates)

    @rule(phone=PHONE, fates=LINES)
    def send_without_a_page(self, phone: int, fates: tuple[str, ...]) -> None:
        self.world.background(phone, fates=fates)

    @rule(phone=PHONE, page=PAGE, fates=DAYS_LINES)
    def bring_over(self, phone: int, page: int, fates: tuple[str, ...]) -> None:
        self.world.refresh(phone, page, fates=fates)

    @precondition(lambda self: self.world.line.held)
    @rule(which=MANY, fate=st.sampled_from(["ok", "ok", "ok", "answer-lost", "page-dies-late"]))
    def answer_at_last(self, which: int, fate: str) -> None:
        self.world.release(which, fate)

    @precondition(lambda self: self.world.line.late)
    @rule(which=MANY)
    def arrive_late(self, which: int) -> None:
        self.world.deliver_late(which)

    @rule(phone=PHONE, most=st.integers(1, 40))
    def send_again(self, phone: int, most: int) -> None:
        self.world.send_again(phone, most)

    @rule(phone=PHONE, page=PAGE, which=MANY)
    def take_back(self, phone: int, page: int, which: int) -> None:
        self.world.take_back(phone, page, which)

    @rule(phone=PHONE, page=PAGE, with_token=st.booleans())
    def reload(self, phone: int, page: int, with_token: bool) -> None:
        self.world.reload(phone, page, with_token=with_token)

    @rule(phone=PHONE, page=PAGE)
    def close(self, phone: int, page: int) -> None:
        self.world.kill(phone, page)

    @rule(phone=PHONE, which=st.sampled_from([0, 0, 1]))
    def sign_in(self, phone: int, which: int) -> None:
        self.world.sign_in(phone, which)

    @precondition(lambda self: self.endings < MOST_ENDINGS)
    @rule(phone=PHONE, page=PAGE)
    def sign_out(self, phone: int, page: int) -> None:
        self.endings += 1
        self.world.sign_out(phone, page)

    @precondition(lambda self: self.endings < MOST_ENDINGS)
    @rule(which=st.sampled_from([0, 1]))
    def end_sessions(self, which: int) -> None:
        self.endings += 1
        self.world.end_sessions(which)

    @rule(phone=PHONE, which=MANY, person=st.sampled_from([0, 1]), fates=LINES)
    def somebody_else_signs_in(self, phone: int, which: int, person: int, fates: tuple[str, ...]) -> None:
        """A page with an entry that waits stays open beside the one on which another person signs in, and sends."""
        self.world.reload(phone, 1, with_token=True)
        self.world.tap(phone, 1, self._entry(phone, 1, which), online=False)
        self.world.sign_in(phone, person)
        self.world.flush(phone, 1, online=True, fates=fates)

    @rule(phone=PHONE, which=MANY, next_=st.integers(0, 1), online=st.booleans())
    def leave_a_page_in_the_middle(self, phone: int, which: int, next_: int, online: bool) -> None:
        """A page is left in the moment of a tap; another page is answered before anybody opens one again."""
        for page in (0, 1):
            self.world.reload(phone, page, with_token=True)
        self.world.tap(phone, 0, self._entry(phone, 0, which), online=online, dies_at=0)
        self.world.tap(phone, 1, self._entry(phone, 1, which + next_), online=online)
        self.world.reload(phone, 0, with_token=True)

    @rule(phone=PHONE, page=PAGE, which=MANY, fates=LINES)
    def enter_while_days_come(self, phone: int, page: int, which: int, fates: tuple[str, ...]) -> None:
        """The days of before are on their way while an entry is made and arrives: they are older than it."""
        self.world.refresh(phone, page, online=True, fates=["held"])
        days = len(self.world.line.held) - 1
        self.world.tap(phone, page, self._entry(phone, page, which), online=True, fates=fates)
        self.world.release(days, "ok")

    @precondition(lambda self: self.repairs < MOST_REPAIRS)
    @rule()
    def all_in_order(self) -> None:
        self.repairs += 1
        self.world.converge()

    def teardown(self) -> None:
        """Bring everything in order; then delete the account and let each phone try once more."""
        if not hasattr(self, "world") or sys.exc_info()[0]:
            # After a failure there is nothing to bring in order, and another one would hide it.
            return
        world = self.world
        for phone in range(PHONES):
            world.sign_in(phone, 0)
        world.converge()
        world.delete(0)
        for phone in range(PHONES):
            world.tap(phone, 0, {"day": DAYS[0], "foot": "right", "set": {"average_pain": 3}}, online=True)
            assert world.queue(phone, world.people[0].name), "an entry of nobody was acknowledged"
        while world.line.late:
            world.deliver_late(0)
        self.counts["runs"] += 1
        self.counts["entries"] += len(world.promises.journal)


def run_machine(
    app: Flask, phones: Phones, *, runs: int, steps: int, number: int | None = None, **more: Any
) -> Counter[str]:
    """Run the machine and return how often everything happened; ``more`` are settings of Hypothesis.

    The same number gives the same runs; without one they are others each time.
    """

    class Machine(SyncMachine):
        pass

    Machine.app, Machine.phones, Machine.counts = app, phones, Counter()
    chosen = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        # A failing run tells its steps; making them fewer takes minutes, and is for whoever mends it.
        phases=[Phase.generate],
        **more,
    )
    run_state_machine_as_test(Machine if number is None else seed(number)(Machine), settings=chosen)
    return Machine.counts
