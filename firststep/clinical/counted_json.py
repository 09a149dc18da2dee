"""What the people of a cohort come to as plain values of JSON and back, without a loss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from firststep.clinical.cohort import Count, Sums, Tally
from firststep.clinical.cohort_choice import Counted
from firststep.clinical.diary import ARMS
from firststep.clinical.survival import FollowUps

_PEOPLE = ("diaries", "cases", "without_course", "not_recorded")
_COUNTS = ("improved_after_4", "nsaid_reduced", "nsaid_stopped")


def counted_as_json(found: Counted) -> dict[str, Any]:
    """Return plain values; fractions are texts such as "7/4200"."""
    return {
        **{name: getattr(found, name) for name in _PEOPLE},
        "tallies": {arm: _tally_as_json(found.tallies[arm]) for arm in ARMS},
    }


def counted_from_json(stored: Mapping[str, Any]) -> Counted:
    """Return what was written; KeyError or ValueError for anything else."""
    return Counted(
        tallies={arm: _tally_from_json(stored["tallies"][arm]) for arm in ARMS},
        **{name: stored[name] for name in _PEOPLE},
    )


def _tally_as_json(tally: Tally) -> dict[str, Any]:
    return {
        "rules": dict(tally.rules),
        "left_out": dict(tally.left_out),
        "reductions": [tally.reductions.n, str(tally.reductions.total), str(tally.reductions.squares)],
        "relief": _follow_ups_as_json(tally.relief),
        "relapse": _follow_ups_as_json(tally.relapse),
        **{name: [getattr(tally, name).k, getattr(tally, name).n] for name in _COUNTS},
    }


def _tally_from_json(stored: Mapping[str, Any]) -> Tally:
    n, total, squares = stored["reductions"]
    return Tally(
        rules=Counter(stored["rules"]),
        left_out=Counter(stored["left_out"]),
        reductions=Sums(n, Fraction(total), Fraction(squares)),
        relief=_follow_ups_from_json(stored["relief"]),
        relapse=_follow_ups_from_json(stored["relapse"]),
        **{name: Count(*stored[name]) for name in _COUNTS},
    )


def _follow_ups_as_json(follow_ups: FollowUps) -> list[list[list[int]]]:
    return [[[days, people] for days, people in ends.items()] for ends in (follow_ups.happened, follow_ups.left)]


def _follow_ups_from_json(stored: list[list[tuple[int, int]]]) -> FollowUps:
    happened, left = (Counter(dict(ends)) for ends in stored)
    return FollowUps(happened, left)
