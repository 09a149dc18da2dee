"""The files of stretching plans, what a wrong value in one is told, and what may be said of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from firststep.clinical.stretching import Preset, find_preset, load_presets, read_presets
from firststep.clinical.tables import FileRefused

PRESET = """
key = "one_stretch"
name = "One stretch"
how = "Stretch."
hold_s = 10
reps = 10
per_day = 3
evidence = "trial"
source = "A trial"
confidence = "V"
checked_on = 2026-11-23
"""
RAISES = PRESET.replace("reps = 10\n", "up_s = 3\ndown_s = 3\n") + (
    "[[phases]]\nfrom_week = 1\nto_week = 2\nsets = 3\nreps = 12\n"
    "[[phases]]\nfrom_week = 3\nto_week = 4\nsets = 4\nreps = 10\n"
)
TIMED = PRESET.replace("hold_s = 10\nreps = 10\n", "total_s = 180\ntotal_most_s = 300\n")


@dataclass
class Text:
    """A file that is only text."""

    text: str
    name: str = "one.toml"

    def read_text(self, encoding: str) -> str:
        """Return the text."""
        return self.text


def read_one(text: str) -> Preset:
    (preset,) = read_presets([Text(text)])
    return preset


def preset(key: str) -> Preset:
    found = find_preset(key)
    assert found is not None
    return found


def test_a_right_file_is_read_as_it_is_written() -> None:
    read = read_one(RAISES)
    assert (read.hold_s, read.up_s, read.rest_s, read.interval_days, read.per_day) == (10, 3, None, 1, 3)
    assert [(phase.from_week, phase.to_week, phase.sets, phase.reps) for phase in read.phases] == [
        (1, 2, 3, 12),
        (3, 4, 4, 10),
    ]
    assert read.sets_per_day == 9
    assert read_one(TIMED).sets_per_day == 3


@pytest.mark.parametrize(
    ("text", "old", "new", "field", "reason"),
    [
        (PRESET, '"one_stretch"', '"One"', "key", "more than small letters"),
        (PRESET, '"one_stretch"', f'"{"a" * 41}"', "key", "too long"),
        (PRESET, "hold_s = 10", "hold_s = 0", "hold_s", "0 is not between 1 and 600"),
        (PRESET, "hold_s = 10", "hold_s = 601", "hold_s", "601 is not between 1 and 600"),
        (PRESET, "hold_s = 10", "hold_s = 10.5", "hold_s", "is not a whole number"),
        (PRESET, "hold_s = 10\n", "", "hold_s", "nothing says how long"),
        (PRESET, "reps = 10\n", "", "reps", "is missing beside hold_s"),
        (PRESET, "reps = 10", "reps = 101", "reps", "101 is not between 1 and 100"),
        (PRESET, "reps = 10", "reps = 10\ntotal_s = 60", "total_s", "the one or the other"),
        (PRESET, "reps = 10", "reps = 10\nup_s = 3", "down_s", "is missing beside the other one"),
        (PRESET, "reps = 10", "reps = 10\nsets = 5", "sets", "makes 15 sets a day"),
        (PRESET, "per_day = 3", "per_day = 3\nper_day_most = 3", "per_day_most", "3 is no more than per_day, 3"),
        (PRESET, "per_day = 3", "interval_days = 8", "interval_days", "8 is not between 1 and 7"),
        (PRESET, "per_day = 3", "weeks_to = 6", "weeks_to", "6 is no more than weeks_from, None"),
        (PRESET, '"trial"', '"blog"', "evidence", "is none of trial, handout"),
        (PRESET, '"V"', '"R"', "confidence", "is none of V, V2"),
        (PRESET, 'source = "A trial"\n', "", "source", "is missing"),
        (PRESET, "2026-11-23", '"today"', "checked_on", "is not a date"),
        (PRESET, "per_day = 3", "per_week = 3", "per_week", "is no field of this table"),
        (TIMED, "total_most_s = 300", "total_most_s = 180", "total_most_s", "180 is no more than total_s, 180"),
        (RAISES, "hold_s = 10\n", "hold_s = 10\nreps = 8\n", "phases", "the one or the other"),
        (RAISES, "from_week = 1", "from_week = 2", "phases.1.from_week", "the first weeks are missing"),
        (RAISES, "from_week = 3", "from_week = 4", "phases.2.from_week", "4 does not follow week 2"),
        (RAISES, "to_week = 2", "to_week = 0", "phases.1.to_week", "1 to 0 are no weeks"),
        (RAISES, "reps = 12", "reps = 0", "phases.1.reps", "0 is not between 1 and 100"),
        (RAISES, "sets = 4", 'sets = "4"', "phases.2.sets", "is not a whole number"),
        (PRESET, "\nkey", "\nphases = 3\nkey", "phases", "is not a list of tables"),
    ],
)
def test_a_wrong_value_is_refused_with_file_field_and_reason(
    text: str, old: str, new: str, field: str, reason: str
) -> None:
    assert old in text
    with pytest.raises(FileRefused) as refused:
        read_one(text.replace(old, new, 1))
    assert (refused.value.file, refused.value.field) == ("one.toml", field)
    assert reason in refused.value.reason


def test_nothing_is_there_twice() -> None:
    with pytest.raises(FileRefused, match="one_stretch is there twice"):
        read_presets([Text(PRESET), Text(PRESET, "two.toml")])


def test_those_tested_in_a_trial_come_first() -> None:
    evidences = [one.evidence for one in load_presets()]
    assert evidences == sorted(evidences, key=["trial", "handout"].index)
    assert set(evidences) == {"trial", "handout"}


def test_every_preset_fits_a_stored_plan_and_says_when_it_was_checked() -> None:
    for one in load_presets():
        assert 1 <= one.sets_per_day <= 12
        assert len(one.key) <= 40
        assert one.checked_on == date(2026, 11, 23)
        assert one.confidence in ("V", "V2")


def test_ten_seconds_belong_to_the_plantar_fascia_stretch_and_thirty_to_handouts() -> None:
    assert (preset("plantar_fascia").hold_s, preset("plantar_fascia").evidence) == (10, "trial")
    for one in load_presets():
        if one.hold_s == 30:
            assert "DiGiovanni" not in one.source
            # One trial in the table of a review held its stretches for 30 seconds.
            assert one.evidence == "handout" or one.key == "fascia_and_calf"


def test_the_doses_are_those_that_were_read() -> None:
    doses = {
        one.key: (one.hold_s, one.total_s, one.first.reps, one.sets_per_day, one.interval_days)
        for one in load_presets()
    }
    assert doses == {
        "plantar_fascia": (10, None, 10, 3, 1),
        "calf_wall": (10, None, 10, 3, 1),
        "calf_sustained": (180, None, 1, 3, 1),
        "calf_intermittent": (20, None, 5, 2, 1),
        "calf_step": (None, 300, 1, 1, 1),
        "fascia_and_calf": (30, None, 3, 3, 1),
        "heel_cord": (30, None, 10, 2, 1),
        "towel": (30, None, 3, 1, 1),
        "foot_roll": (None, 180, 1, 1, 1),
        "heel_raises": (2, None, 12, 3, 2),
        "heel_raises_self_dosed": (2, None, 8, 1, 2),
    }
    raises = preset("heel_raises")
    assert [(phase.sets, phase.reps) for phase in raises.phases] == [(3, 12), (4, 10), (5, 8)]
    assert [raises.phase_in(week).to_week for week in (1, 2, 3, 12, 13)] == [2, 2, 4, 12, 12]  # type: ignore[union-attr]
    assert preset("towel").phase_in(3) is None


def test_a_dose_that_was_only_recalled_is_not_offered() -> None:
    assert find_preset("soleus") is None
    assert not [one.name for one in load_presets() if "soleus" in one.name.lower()]
