"""What holds for two weeks is found at its first day, however the days before it were passed over."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from firststep.clinical.means import SevenDayMeans
from firststep.clinical.sustained import CONFIRMING_DAYS, FEWEST_VALID, first_sustained, holds_for_14_days

LEVEL = 3
#: Mostly at or below the level, with some days above it and some without a valid mean.
runs = st.lists(st.tuples(st.sampled_from([0, 1, LEVEL, LEVEL, LEVEL + 1, None]), st.integers(1, 20)), max_size=12).map(
    lambda parts: tuple(value for value, days in parts for _day in range(days))
)


def is_low(units: int) -> bool:
    """Tell whether a mean holds."""
    return units <= LEVEL


def means_of(units: tuple[int | None, ...]) -> SevenDayMeans:
    """Return means that begin on day 1."""
    return SevenDayMeans(1, units, (7,) * len(units))


@given(runs, st.integers(-3, 60))
def test_it_is_the_first_valid_day_with_which_14_days_begin_that_hold(
    units: tuple[int | None, ...], after: int
) -> None:
    means = means_of(units)
    starts = [at for at in range(max(after + 1, 0), len(units)) if units[at] is not None]
    holding = [at for at in starts if holds_for_14_days(means, at, is_low)]
    assert first_sustained(means, after, is_low) == (holding[0] if holding else None)


def test_each_mean_is_asked_about_once_at_most() -> None:
    for units in ([LEVEL + 1] * 3_650, ([LEVEL] * 13 + [LEVEL + 1]) * 200, ([LEVEL] + [None] * 5) * 600):
        asked: list[int] = []

        def is_asked(value: int, asked: list[int] = asked) -> bool:
            asked.append(value)
            return is_low(value)

        assert first_sustained(means_of(tuple(units)), -1, is_asked) is None
        assert len(asked) <= len(units)


def test_ten_valid_days_of_14_are_enough_and_nine_are_not() -> None:
    for valid, expected in ((FEWEST_VALID, 0), (FEWEST_VALID - 1, None)):
        units = (LEVEL,) * valid + (None,) * (CONFIRMING_DAYS - valid)
        assert first_sustained(means_of(units), -1, is_low) == expected
