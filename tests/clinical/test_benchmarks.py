"""The benchmark files, and what a wrong number in one is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from firststep.clinical.benchmarks import BenchmarkRefused, load_benchmarks, read_benchmarks

SOURCE = """
id = "trial"
short = "Trial 2020"
citation = "Somebody. A journal 2020"
design = "Randomised trial"
grade = "B"
peer_reviewed = true
read = "abstract"
checked_on = 2026-11-23
notes = []
"""
ROW = """
[[rows]]
id = "trial-a"
arm = "standard"
intervention = "Stretching"
kind = "within_arm"
measure = "first_step"
scale = "VAS 0-100"
scale_min = 0
scale_max = 100
week = 2
n = 46
baseline_mean = 60
change_mean = -19.8
ci_low = -25.0
ci_high = -14.6
confidence = "V"
"""


@dataclass
class Text:
    """A file that is only text."""

    text: str
    name: str = "trial.toml"

    def read_text(self, encoding: str) -> str:
        """Return the text."""
        return self.text


def test_a_right_file_is_read_as_it_is_written() -> None:
    (row,) = read_benchmarks([Text(SOURCE + ROW)]).rows
    assert (row.change_mean, row.week, row.n) == (Decimal("-19.8"), Decimal(2), 46)
    assert (row.grade, row.source.short, row.source.year, row.comparator) == ("B", "Trial 2020", None, None)
    assert row.in_points(Decimal("-19.8")) == Fraction(-198, 100)
    assert row.source.checked_on == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ("change_mean = -19.8", "change_mean = -198", "trial-a.change_mean", "more than the whole scale, 100"),
        ("change_mean = -19.8", "change_mean = -61", "trial-a.change_mean", "leads off the scale, to -1"),
        ("change_mean = -19.8", "change_mean = -10", "trial-a.change_mean", "is not between -25.0 and -14.6"),
        ("change_mean = -19.8", "", "trial-a.ci_low", "is an interval without a change_mean"),
        ("change_mean = -19.8", 'change_mean = "-19.8"', "trial-a.change_mean", "is not a number"),
        ("change_mean = -19.8", "change_mean = nan", "trial-a.change_mean", "NaN is not a number"),
        ("change_mean = -19.8", "change_mean = true", "trial-a.change_mean", "True is not a number"),
        ("ci_low = -25.0", "", "trial-a.ci_low", "is missing beside the other one"),
        ("ci_high = -14.6", "ci_high = -30", "trial-a.ci_high", "-30 is below ci_low, -25.0"),
        ("scale_max = 100", "scale_max = 0", "trial-a.scale_max", "is no more than scale_min"),
        ("scale_max = 100", "", "trial-a.scale_max", "is missing beside the other one"),
        ("scale_min = 0\nscale_max = 100", "", "trial-a.change_mean", "has no scale"),
        ("baseline_mean = 60", "baseline_mean = 101", "trial-a.baseline_mean", "is not on the scale"),
        ("week = 2", "week = -2", "trial-a.week", "-2 is below 0"),
        ("n = 46", "n = 0", "trial-a.n", "there is nobody"),
        ("n = 46", "n = 46.5", "trial-a.n", "is not a whole number"),
        ("n = 46", "n = 46\nresponder_k = 30\nresponder_n = 20", "trial-a.responder_n", "20 is below responder_k, 30"),
        ("n = 46", "n = 46\npercent = 101", "trial-a.percent", "101 is not between 0 and 100"),
        ("n = 46", "n = 46\nrelief_week_from = 3", "trial-a.relief_week_to", "is missing beside the other one"),
        ('measure = "first_step"', "", "trial-a.measure", "is missing beside change_mean"),
        ('measure = "first_step"', 'measure = "worst"', "trial-a.measure", "'worst' is none of first_step"),
        ('arm = "standard"', 'arm = "best"', "trial-a.arm", "'best' is none of standard"),
        ('kind = "within_arm"', 'kind = "between_group"', "trial-a.comparator", "a difference needs both groups"),
        ('kind = "within_arm"', "", "trial-a.kind", "is missing"),
        ('confidence = "V"', "", "trial-a.confidence", "is missing"),
        ('confidence = "V"', 'confidence = "sure"', "trial-a.confidence", "'sure' is none of V"),
        ('confidence = "V"', 'confidence = "V"\nmean = 3', "trial-a.mean", "is no field of this table"),
        ('intervention = "Stretching"', 'intervention = " "', "trial-a.intervention", "is empty"),
        ('grade = "B"', 'grade = "F"', "grade", "'F' is none of A"),
        ("checked_on = 2026-11-23", "checked_on = 2026-11-23T08:00:00Z", "checked_on", "is not a date"),
        ("checked_on = 2026-11-23", "", "checked_on", "is missing"),
        ("peer_reviewed = true", 'peer_reviewed = "yes"', "peer_reviewed", "is not true or false"),
        ("notes = []", "notes = [1]", "notes", "is not a list of texts"),
        ("notes = []", 'notes = "one"', "notes", "is not a list of texts"),
        ('id = "trial-a"', 'id = "trial"', "id", "trial is there twice"),
        (ROW, "", "rows", "there is none"),
        ('short = "Trial 2020"', "short =", "file", "Invalid value"),
    ],
)
def test_a_wrong_file_is_refused_with_file_field_and_reason(old: str, new: str, field: str, reason: str) -> None:
    text = SOURCE + ROW
    assert old in text
    with pytest.raises(BenchmarkRefused) as refused:
        read_benchmarks([Text(text.replace(old, new))])
    assert (refused.value.file, refused.value.field) == ("trial.toml", field)
    assert reason in refused.value.reason
    assert str(refused.value).startswith(f"trial.toml: {field}: ")


def test_a_row_that_says_nothing_is_refused() -> None:
    row = '\n[[rows]]\nid = "trial-b"\narm = "any"\nintervention = "Care"\nkind = "responder"\nconfidence = "V"\n'
    with pytest.raises(BenchmarkRefused, match=r"trial-b\.note: is missing where no number is given"):
        read_benchmarks([Text(SOURCE + row)])
    assert read_benchmarks([Text(SOURCE + row + 'note = "More than half."\n')]).rows[0].note == "More than half."


def test_an_id_is_used_once_over_all_files() -> None:
    with pytest.raises(BenchmarkRefused, match=r"^b\.toml: id: trial is there twice"):
        read_benchmarks([Text(SOURCE + ROW, "b.toml"), Text(SOURCE + ROW, "a.toml")])


def test_the_row_of_a_source_may_have_a_grade_of_its_own() -> None:
    (row,) = read_benchmarks([Text(SOURCE + ROW + 'grade = "C"\n')]).rows
    assert (row.grade, row.source.grade) == ("C", "B")


def test_the_clinic_report_says_what_the_article_says() -> None:
    rows = load_benchmarks().of_source("clinic-report")
    figures = {
        row.arm: (row.change_mean, row.relief_week_from, row.relief_week_to, row.relapse_6_months_percent)
        for row in rows
        if row.kind == "within_arm"
    }
    assert figures == {
        "standard": (Decimal("-3.2"), 8, 12, 41),
        "acupuncture": (Decimal("-5.8"), 3, 6, 19),
        "combined": (Decimal("-7.1"), 2, 4, 11),
    }
    source = rows[0].source
    assert (source.grade, source.peer_reviewed, source.doi) == ("E", False, None)
    assert all(row.grade == "E" and row.n is None for row in rows)
    assert all(not row.pain_type_stated for row in rows if row.kind == "within_arm")


def test_every_shipped_source_is_cited_graded_and_dated() -> None:
    loaded = load_benchmarks()
    assert len(loaded.sources) >= 6
    for source in loaded.sources:
        assert source.checked_on == date(2026, 11, 23)
        assert source.citation
        assert source.notes
        assert loaded.of_source(source.id)
        assert source.peer_reviewed == (source.grade != "E")
        assert "JAMA" not in source.citation
    assert load_benchmarks() is loaded


def test_no_shipped_figure_is_only_recalled() -> None:
    assert all(row.may_be_drawn for row in load_benchmarks().rows)


def test_other_scales_are_not_told_in_points() -> None:
    (fhsq,) = (row for row in load_benchmarks().rows if row.id == "cotchett-2014-fhsq-pain")
    with pytest.raises(ValueError, match="cannot be told in points of pain"):
        fhsq.in_points(Decimal(10))


def test_computed_figures_follow_from_the_reported_ones() -> None:
    rows = {row.id: row for row in load_benchmarks().rows}
    assert rows["kumnerddee-2012-electroacupuncture"].change_mean == Decimal("1.89") - Decimal("6.00")
    assert rows["kumnerddee-2012-usual-care"].change_mean == Decimal("5.40") - Decimal("6.27")
    for name, error in (("zhang-2011-pc7", Decimal("4.0")), ("zhang-2011-li4", Decimal("3.0"))):
        row = rows[name]
        assert row.change_mean is not None
        half = Decimal("1.96") * error
        assert row.ci_low == round(row.change_mean - half, 1)
        assert row.ci_high == round(row.change_mean + half, 1)
    for row in rows.values():
        if row.responder_k is not None and row.responder_n is not None:
            assert row.percent == round(Decimal(100 * row.responder_k) / row.responder_n, 1)
