"""The benchmark files, and what a wrong number in one is told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import pytest

from firststep.clinical.benchmarks import BenchmarkRefused, load_benchmarks, read_benchmarks
from firststep.clinical.benchmarks.shapes import SUBJECTS
from firststep.clinical.comparison import compare
from firststep.clinical.outcomes import outcomes
from tests.clinical.diaries import diary_of

SOURCE = """
id = "trial"
subject = "exercise"
short = "Trial 2020"
citation = "Somebody. A journal 2020"
year = 2020
design = "Randomised trial"
participants = 92
grade = "B"
peer_reviewed = true
read = "abstract"
checked_on = 2026-11-23
measured = "Pain at the first steps."
people = "92 people with heel pain."
not_said = ["What happens later."]
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
    assert (row.grade, row.source.short, row.source.year, row.comparator) == ("B", "Trial 2020", 2020, None)
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
        ("week = 2", "week = 5201", "trial-a.week", "5201 is more than a life has"),
        (
            "n = 46",
            "n = 46\nrelief_week_from = 3\nrelief_week_to = 1e9",
            "trial-a.relief_week_to",
            "is more than a life has",
        ),
        ('scale = "VAS 0-100"\n', "", "trial-a.scale", "is missing beside scale_min and scale_max"),
        ("scale_max = 100", "scale_max = 1000", "trial-a.scale", "'VAS 0-100' does not name its ends, 0 and 1000"),
        ('scale = "VAS 0-100"', 'scale = "VAS"', "trial-a.scale", "'VAS' does not name its ends, 0 and 100"),
        (
            'kind = "within_arm"',
            'kind = "survival"\nnote = "Still had it."',
            "trial-a.percent",
            "it is what tells how many still had it",
        ),
        ("n = 46", "n = 0", "trial-a.n", "there is nobody"),
        ("n = 46", "n = -46", "trial-a.n", "-46 is below 0"),
        ("n = 46", "n = 93", "trial-a.n", "93 is more than all who took part, 92"),
        ("n = 46", "n = 46.5", "trial-a.n", "is not a whole number"),
        ("n = 46", "n = 46\nresponder_k = 0\nresponder_n = 0", "trial-a.responder_n", "there is nobody"),
        ("n = 46", "n = 46\nresponder_k = -1\nresponder_n = 5", "trial-a.responder_k", "-1 is below 0"),
        ("n = 46", "n = 46\nresponder_k = 23\nresponder_n = 42\npercent = 52", "trial-a.percent", "is not 23 of 42"),
        ("n = 46", "n = 46\npercent = -1", "trial-a.percent", "-1 is not between 0 and 100"),
        (
            "n = 46",
            "n = 46\nrelapse_6_months_percent = 141",
            "trial-a.relapse_6_months_percent",
            "not between 0 and 100",
        ),
        (
            "n = 46",
            "n = 46\nrelief_week_from = 6\nrelief_week_to = 3",
            "trial-a.relief_week_to",
            "below relief_week_from",
        ),
        ("n = 46", "n = 46\nchange_sd = 101", "trial-a.change_sd", "more than the whole scale"),
        ("n = 46", "n = 46\nbaseline_sd = -1", "trial-a.baseline_sd", "-1 is below 0"),
        ("ci_low = -25.0", "ci_low = -19.7", "trial-a.change_mean", "is not between -19.7 and -14.6"),
        ("ci_high = -14.6", "ci_high = -20.0", "trial-a.change_mean", "is not between -25.0 and -20.0"),
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
        ("year = 2020", "year = 2027", "year", "is not between 1900 and the year in which it was checked"),
        ("year = 2020", "year = 1066", "year", "is not between 1900"),
        ("participants = 92", "participants = 0", "participants", "there is nobody"),
        ('id = "trial"', 'id = "Trial 1"', "id", "more than small letters"),
        ('id = "trial-a"', 'id = "trial_a"', "trial_a.id", "more than small letters"),
        ("year = 2020", 'year = 2020\ndoi = "https://doi.org/10.1/x"', "doi", "is no DOI"),
        ("year = 2020", 'year = 2020\ndoi = "10.1177/\\">"', "doi", "is no DOI"),
        ("peer_reviewed = true", "peer_reviewed = false", "grade", "B is for what a journal has reviewed"),
        ('grade = "B"', 'grade = "E"', "grade", "E is for what no journal has reviewed"),
        ('subject = "exercise"', 'subject = "pills"', "subject", "'pills' is none of needling"),
        ('subject = "exercise"', "", "subject", "is missing"),
        ('measured = "Pain at the first steps."', "", "measured", "is missing"),
        ("notes = []", 'notes = []\nbeside = ["other"]', "beside", "there is no other"),
        ("notes = []", 'notes = []\nbeside = ["trial"]', "beside", "trial does not name trial"),
        ("peer_reviewed = true", 'peer_reviewed = "yes"', "peer_reviewed", "is not true or false"),
        ("notes = []", "notes = [1]", "notes", "is not a list of texts"),
        ("notes = []", 'notes = "one"', "notes", "is not a list of texts"),
        ('id = "trial-a"', 'id = "trial"', "id", "trial is there twice"),
        (ROW, "", "rows", "there is none"),
        (ROW, "rows = [1]", "rows", "is not a list of tables"),
        ('id = "trial-a"', "", "a row without id.id", "is missing"),
        ("scale_min = 0\n", "", "trial-a.scale_min", "is missing beside the other one"),
        ("ci_low = -25.0\n", "", "trial-a.ci_low", "is missing beside the other one"),
        ('grade = "B"\npeer_reviewed = true', 'grade = "A"\npeer_reviewed = false', "grade", "A is for what a journal"),
        ('grade = "B"\npeer_reviewed = true', 'grade = "C"\npeer_reviewed = false', "grade", "C is for what a journal"),
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


# A row without start and interval, whose change may be anything that the scale allows.
PLAIN = ROW.replace("baseline_mean = 60\n", "").replace("ci_low = -25.0\nci_high = -14.6\n", "")


@pytest.mark.parametrize(
    "text",
    [
        SOURCE.replace("year = 2020", "year = 1900") + ROW,
        SOURCE.replace("year = 2020", "year = 2026") + ROW,
        SOURCE.replace("participants = 92", "participants = 1") + ROW.replace("n = 46", "n = 1"),
        SOURCE + ROW.replace("n = 46", "n = 92"),
        SOURCE + ROW.replace("week = 2", "week = 0"),
        SOURCE + ROW.replace("week = 2", "week = 5200"),
        SOURCE + ROW.replace("n = 46", "n = 46\npercent = 0"),
        SOURCE + ROW.replace("n = 46", "n = 46\npercent = 100"),
        SOURCE + ROW.replace("n = 46", "n = 46\nresponder_k = 0\nresponder_n = 10\npercent = 0.5"),
        SOURCE + ROW.replace("n = 46", "n = 46\nresponder_k = 10\nresponder_n = 10"),
        SOURCE + ROW.replace("n = 46", "n = 46\nrelief_week_from = 3\nrelief_week_to = 3"),
        SOURCE + ROW.replace("ci_low = -25.0", "ci_low = -19.8"),
        SOURCE + ROW.replace("ci_high = -14.6", "ci_high = -19.8"),
        SOURCE + ROW.replace("baseline_mean = 60", "baseline_mean = 19.8"),
        SOURCE + ROW.replace("baseline_mean = 60", "baseline_mean = 100"),
        SOURCE + PLAIN.replace("change_mean = -19.8", "change_mean = -100"),
        SOURCE + PLAIN.replace("change_mean = -19.8", "baseline_mean = 0"),
        SOURCE + PLAIN.replace("change_mean = -19.8", "baseline_mean = 100"),
        SOURCE + PLAIN.replace("change_mean = -19.8", "baseline_mean = 60\nchange_mean = 40"),
    ],
)
def test_what_just_can_be_is_read(text: str) -> None:
    with_note = text.replace('confidence = "V"', 'confidence = "V"\nnote = "As reported."')
    assert len(read_benchmarks([Text(with_note)]).rows) == 1


@pytest.mark.parametrize(
    ("change", "field"), [("change_mean = -81", "change_mean"), ("baseline_mean = 19", "baseline_mean")]
)
def test_a_scale_that_does_not_begin_at_0_is_as_long_as_it_is(change: str, field: str) -> None:
    row = PLAIN.replace("scale_min = 0", "scale_min = 20").replace("VAS 0-100", "VAS 20-100")
    fits = row.replace("change_mean = -19.8", "change_mean = -80")
    assert read_benchmarks([Text(SOURCE + fits)]).rows[0].change_mean == -80
    with pytest.raises(BenchmarkRefused) as refused:
        read_benchmarks([Text(SOURCE + row.replace("change_mean = -19.8", change))])
    assert refused.value.field == f"trial-a.{field}"


def test_a_row_that_says_nothing_is_refused() -> None:
    row = '\n[[rows]]\nid = "trial-b"\narm = "any"\nintervention = "Care"\nkind = "responder"\nconfidence = "V"\n'
    with pytest.raises(BenchmarkRefused, match=r"trial-b\.note: is missing where no number is given"):
        read_benchmarks([Text(SOURCE + row)])
    assert read_benchmarks([Text(SOURCE + row + 'note = "More than half."\n')]).rows[0].note == "More than half."


def test_a_text_needs_its_words() -> None:
    row = '\n[[rows]]\nid = "trial-b"\narm = "any"\nintervention = "Care"\nkind = "text"\nconfidence = "V"\n'
    row += "percent = 73\n"
    with pytest.raises(BenchmarkRefused, match=r"trial-b\.note: is missing: it is what a text says"):
        read_benchmarks([Text(SOURCE + row)])
    (read,) = read_benchmarks([Text(SOURCE + row + 'note = "Improved."\n')]).rows
    assert (read.is_recalled, read.may_be_drawn) == (False, False)


def test_a_neighbour_has_to_name_the_other_too() -> None:
    one = SOURCE.replace("notes = []", 'notes = []\nbeside = ["other"]') + ROW
    other = (SOURCE + ROW).replace('"trial', '"other')
    with pytest.raises(BenchmarkRefused, match=r"^one\.toml: beside: other does not name trial"):
        read_benchmarks([Text(one, "one.toml"), Text(other, "two.toml")])
    mutual = other.replace("notes = []", 'notes = []\nbeside = ["trial"]')
    assert len(read_benchmarks([Text(one, "one.toml"), Text(mutual, "two.toml")]).sources) == 2


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


#: Sources that were read a second time, and when.
READ_AGAIN = {"vickers-2012": date(2026, 11, 30)}


def test_every_shipped_source_is_cited_graded_and_dated() -> None:
    loaded = load_benchmarks()
    assert len(loaded.sources) >= 29
    for source in loaded.sources:
        assert source.checked_on == READ_AGAIN.get(source.id, date(2026, 11, 23))
        assert source.citation
        assert source.not_said, f"{source.id} says everything"
        assert loaded.of_source(source.id)
        assert source.peer_reviewed or source.grade in ("D", "E")
        assert "JAMA" not in source.citation
    assert load_benchmarks() is loaded


def test_every_subject_has_its_sources() -> None:
    assert {source.subject for source in load_benchmarks().sources} == set(SUBJECTS)


def test_what_misleads_alone_names_its_neighbour() -> None:
    beside = {source.id: source.beside for source in load_benchmarks().sources}
    assert beside["hansen-2018"] == ("aaos",)
    assert beside["aaos"] == ("hansen-2018",)
    assert beside["rathleff-2015"] == ("riel-2023",)
    assert beside["riel-2023"] == ("rathleff-2015",)


def test_an_address_is_given_only_where_it_was_read() -> None:
    """A DOI that nobody read in a text does not enter; these were."""
    assert {source.doi for source in load_benchmarks().sources if source.doi} == {
        "10.2522/ptj.20130255",
        "10.1177/2325967118757983",
        "10.1142/S0192415X12500863",
        "10.1186/1471-2474-8-36",
        "10.1111/sms.12313",
        "10.1177/0964528420947739",
        "10.1093/ecam/nep186",
        "10.3389/fneur.2024.1520585",
    }


def test_no_shipped_figure_is_only_recalled() -> None:
    assert not any(row.is_recalled for row in load_benchmarks().rows)


@pytest.mark.parametrize(
    "figure",
    # Figures that the design only remembers: none of them may stand in any file.
    ["77 %", "29 %", "94 %", "92 %", "P = 0.02", "0.006", "8 %"],
)
def test_no_remembered_figure_stands_in_a_text(figure: str) -> None:
    loaded = load_benchmarks()
    texts = [text for source in loaded.sources for text in (*source.notes, *source.not_said, source.measured)]
    texts += [row.note for row in loaded.rows if row.note]
    assert not any(re.search(rf"(?<![\d.]){re.escape(figure)}", text) for text in texts)


def test_a_recalled_figure_is_neither_drawn_nor_told(tmp_path: Path) -> None:
    (tmp_path / "trial.toml").write_text(SOURCE + ROW.replace('confidence = "V"', 'confidence = "R"'), "utf-8")
    loaded = read_benchmarks(tmp_path.iterdir())
    found = compare(outcomes(diary_of([70] * 10), measure="first_step"), None, loaded)
    assert found.points == ()
    assert [(item.benchmark.id, item.reason) for item in found.not_drawn] == [("trial-a", "recalled")]


def test_adding_a_source_is_adding_one_file(tmp_path: Path) -> None:
    """Beside the shipped files a new one is read, and its figure stands in the chart, with no change of code."""
    shipped = Path(str(files("firststep.clinical.benchmarks")))
    for file in shipped.glob("*.toml"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    (tmp_path / "trial_2020.toml").write_text(SOURCE + ROW, "utf-8")
    loaded = read_benchmarks(tmp_path.iterdir())
    assert len(loaded.sources) == len(load_benchmarks().sources) + 1
    found = compare(outcomes(diary_of([70] * 10), measure="first_step"), None, loaded)
    (point,) = (one for one in found.points if one.benchmark.id == "trial-a")
    assert (point.level, point.low, point.high) == (Fraction(502, 100), Fraction(450, 100), Fraction(554, 100))


def test_other_scales_are_not_told_in_points() -> None:
    (fhsq,) = (row for row in load_benchmarks().rows if row.id == "cotchett-2014-fhsq-pain")
    with pytest.raises(ValueError, match="cannot be told in points of pain"):
        fhsq.in_points(Decimal(10))


def test_computed_figures_follow_from_the_reported_ones() -> None:
    rows = {row.id: row for row in load_benchmarks().rows}
    assert rows["kumnerddee-2012-electroacupuncture"].change_mean == Decimal("1.89") - Decimal("6.00")
    assert rows["kumnerddee-2012-usual-care"].change_mean == Decimal("5.40") - Decimal("6.27")
    errors = {"pc7": "4.0", "li4": "3.0", "pc7-overall": "3.7", "li4-overall": "3.6"}
    for name, error in ((f"zhang-2011-{end}", Decimal(text)) for end, text in errors.items()):
        row = rows[name]
        assert row.change_mean is not None
        half = Decimal("1.96") * error
        assert row.ci_low == round(row.change_mean - half, 1)
        assert row.ci_high == round(row.change_mean + half, 1)
    for row in rows.values():
        if row.responder_k is not None and row.responder_n is not None:
            assert row.percent is not None
            places = -int(row.percent.as_tuple().exponent)
            assert row.percent == round(Decimal(100 * row.responder_k) / row.responder_n, places)
    difference = rows["zhang-2011-difference"]
    assert difference.change_mean == Decimal("12.0") - Decimal("22.6")
    half = Decimal("1.96") * Decimal(4**2 + 3**2).sqrt()
    assert (difference.ci_low, difference.ci_high) == (
        round(difference.change_mean - half, 1),
        round(difference.change_mean + half, 1),
    )
