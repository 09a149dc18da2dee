"""What changed since the start, in words and pictures: each foot and measure, and whether it is more than variation."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from firststep.clinical.before_after import BeforeAfter, before_and_after
from firststep.clinical.diary import Diary
from firststep.clinical.measures import FEET, MEASURES, Measure
from firststep.clinical.outcomes import Outcomes, start_of_foot
from firststep.figures.change import WIDTH_PX, ChangeRow, change_chart, height_px
from firststep.figures.names import measure_name
from firststep.services.trajectories import Course
from firststep.web import wording
from firststep.web.dates import short_date
from firststep.web.panel import FigureAddress, Panel, Table, drawn, legend_of

KEY = "change"


def changes(diary: Diary) -> list[BeforeAfter]:
    """Compare before and now for every foot and measure that has both."""
    found = []
    for measure in MEASURES:
        for foot in (foot for foot in FEET if foot in diary.feet):
            compared = before_and_after(start_of_foot(diary, foot, measure=measure), diary.means(foot, measure))
            found += [compared] if compared else []
    return found


def change_rows(found: list[BeforeAfter]) -> tuple[ChangeRow, ...]:
    """Return the rows of the chart."""
    return tuple(
        ChangeRow(
            label=_name(one, found),
            before=float(one.before.value),
            after=float(one.after.value),
            low=float(one.variation[0]),
            high=float(one.variation[1]),
        )
        for one in found
    )


def change_panel(course: Course, known: Outcomes, figure: FigureAddress) -> Panel | None:
    """Put the panel together; the sentence is about the measure of ``known``, the picture and the table about all."""
    found = changes(course.diary)
    if not found:
        return None
    rows = change_rows(found)
    chart, sentence = change_chart(rows), _sentence(found, known.measure)
    return Panel(
        key=KEY,
        sentence=sentence,
        src=figure(KEY),
        still=drawn(chart, title=sentence, description=_explained(), size_px=(WIDTH_PX, height_px(len(rows)))),
        legend=legend_of(chart)[:-1],
        table=_table(found),
        note=_explained(),
    )


def _name(one: BeforeAfter, found: list[BeforeAfter]) -> str:
    """Name the measure, and the foot where there is more than one."""
    return measure_name(one.measure, one.foot if len({other.foot for other in found}) > 1 else None)


def _sentence(found: list[BeforeAfter], measure: Measure) -> str:
    """Say the change of the measure at the foot that was worse at the start."""
    of_measure = [one for one in found if one.measure == measure] or found
    one = max(of_measure, key=lambda one: one.before.value)
    words = {
        "name": _name(one, found),
        "before": wording.points(one.before.value),
        "now": wording.points(one.after.value),
    }
    if one.change == "less":
        return _("What changed: %(name)s from %(before)s to %(now)s, more than day-to-day variation.", **words)
    if one.change == "more":
        return _("What changed: %(name)s rose from %(before)s to %(now)s, more than day-to-day variation.", **words)
    return _("What changed: %(name)s from %(before)s to %(now)s, within day-to-day variation.", **words)


def _explained() -> str:
    return _(
        "7-day means at the start and the last one. Less than 2 points for first steps, and less than 1 point or "
        "15 % over the day, is within day-to-day variation, judged before rounding. It does not say what the change "
        "comes from."
    )


def _table(found: list[BeforeAfter]) -> Table:
    head = [_("Measure"), _("Before"), _("Now"), _("Difference"), _("What it is")]
    rows: list[list[str | None]] = [
        [
            _name(one, found),
            _side(wording.points(one.before.value), one.before.entries, short_date(one.before.day)),
            _side(wording.points(one.after.value), one.after.entries, short_date(one.after.day)),
            wording.signed_difference(one.before.value, one.after.value),
            {
                "less": _("Less pain"),
                "more": _("More pain"),
                "within_day_to_day_variation": _("Within day-to-day variation"),
            }[one.change],
        ]
        for one in found
    ]
    return Table(caption=_("Before and now"), head=head, rows=rows, numeric=[3])


def _side(value: str, entries: int, day: str) -> str:
    count = ngettext("%(num)d entry", "%(num)d entries", entries)
    return _("%(value)s (%(count)s up to %(day)s)", value=value, count=count, day=day)
