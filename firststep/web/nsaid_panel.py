"""NSAID use in words and pictures: days a week before the start and now, and doses noted, by ingredient."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import TypeAlias

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from firststep.clinical.nsaid import NsaidUse, Window, baseline_window, last_window, month_until, week_until
from firststep.clinical.nsaids import Drug, load_drugs
from firststep.clinical.outcomes import Outcomes
from firststep.clinical.week import DAYS_IN_WEEK, Month, Week
from firststep.figures.build import care_start
from firststep.figures.nsaid import NsaidPart, NsaidView, Span, nsaid_use_chart
from firststep.figures.weekly import SIZE_PX
from firststep.services.diary_doses import OTHER, drug_name
from firststep.services.diary_events import Event
from firststep.services.trajectories import Course
from firststep.web import wording
from firststep.web.dates import long_date, months_of_years, short_dates
from firststep.web.panel import FigureAddress, Panel, Parts, Table, drawn, legend_of

KEY = "nsaid"

_Doses: TypeAlias = dict[date, list[Event]]


def nsaid_view(course: Course, found: Outcomes, parts: Parts) -> NsaidView | None:
    """Return what the chart shows, None where there is no answer about NSAIDs and no dose that was read."""
    answers, doses = course.diary.nsaid_answers, _by_day(course)
    if not answers and not doses:
        return None
    last_answered, in_words = course.diary.last_answered_day, DoseWords(typed=False)
    before = None if found.starts_on is None else baseline_window(answers, found.starts_on)
    now = None if last_answered is None else last_window(answers, last_answered)
    return NsaidView(
        parts=tuple(_part(span, answers, doses, in_words) for span in parts.spans),
        step=parts.step,
        care=care_start(course.diary),
        before=_span(before),
        now=_span(now),
    )


def nsaid_panel(course: Course, found: Outcomes, parts: Parts, figure: FigureAddress, *, today: date) -> Panel | None:
    """Put the panel together."""
    view = nsaid_view(course, found, parts)
    if view is None:
        return None
    named = _windows(view, found.starts_on, today)
    explained = _explained(by_month=parts.by_month)
    chart, sentence = nsaid_use_chart(view), _sentence(found.nsaid, named)
    return Panel(
        key=KEY,
        sentence=sentence,
        src=figure(KEY),
        still=drawn(chart, title=sentence, description=explained, size_px=SIZE_PX),
        legend=legend_of(chart),
        table=_table(view, parts, course),
        note=" ".join([*_remarks(found.nsaid, named), explained]),
    )


def _by_day(course: Course) -> _Doses:
    doses: _Doses = defaultdict(list)
    for dose in course.events_of("dose"):
        doses[dose.day].append(dose)
    return doses


def _drug(dose: Event) -> Drug | None:
    return _find(dose["product"], dose["form"] or "oral")


@lru_cache(maxsize=256)
def _find(product: str, form: str) -> Drug | None:
    return load_drugs().find(product, form)


def _part(
    span: Week | Month, answers: Mapping[date, bool], doses: _Doses, in_words: Callable[[list[Event]], str]
) -> NsaidPart:
    counted = (month_until if isinstance(span, Month) else week_until)(answers, span.last)
    noted = [dose for day in span.days for dose in doses.get(day, ())]
    grouped = [(dose.day, _group(dose)) for dose in noted]
    return NsaidPart(
        first=span.first,
        last=span.last,
        days_per_week=None if counted is None else float(counted.days_per_week),
        answered=sum(day in answers for day in span.days),
        gel_days=len({day for day, group in grouped if group == "topical_nsaid"}),
        paracetamol_days=len({day for day, group in grouped if group == "not_nsaid"}),
        doses=in_words(noted),
    )


def _group(dose: Event) -> str:
    drug = _drug(dose)
    return "topical_nsaid" if dose["form"] == "gel" else ("" if drug is None else drug.group)


class DoseWords:
    """Adds up doses by ingredient, in words, and remembers what it wrote: weeks are much alike.

    Amounts count the ingredient: 220 mg of naproxen sodium are 200 mg of naproxen. A dose without an amount counts
    as a dose and adds nothing. ``typed`` shows names of the person's own as they were typed.
    """

    def __init__(self, *, typed: bool) -> None:
        self._typed = typed
        self._in_words = cache(self._write)

    def __call__(self, doses: Iterable[Event]) -> str:
        """Name the ingredients of some doses in the order of their names."""
        return self._in_words(tuple((dose["product"], dose["form"], dose["dose_mg"]) for dose in doses))

    def _write(self, doses: tuple[tuple[str, str | None, float | None], ...]) -> str:
        amounts: dict[str, float] = defaultdict(float)
        counts: dict[str, int] = defaultdict(int)
        for product, form, dose_mg in doses:
            drug = _find(product, form or "oral")
            name = _ingredient(drug) if drug else _unlisted(product, typed=self._typed)
            counts[name] += 1
            if dose_mg:
                amounts[name] += float(drug.in_base_mg(dose_mg)) if drug else dose_mg
        return "; ".join(_dose_words(name, counts[name], round(amounts[name], 1)) for name in sorted(counts))


def _dose_words(name: str, count: int, total_mg: float) -> str:
    times = ngettext("%(num)d dose", "%(num)d doses", count)
    if not total_mg:
        return _("%(name)s (%(times)s)", name=name, times=times)
    total = wording.number(total_mg, get_locale())
    return _("%(name)s %(total)s mg (%(times)s)", name=name, total=total, times=times)


def _ingredient(drug: Drug) -> str:
    if drug.form == "gel":
        return drug_name(drug)
    return drug_name(_find(drug.ingredient, "oral") or drug)


def _unlisted(product: str, *, typed: bool) -> str:
    return product if typed and product != OTHER else _("Another drug")


def _span(window: Window | None) -> Span | None:
    if window is None:
        return None
    return Span(first=window.first, last=window.last, days_per_week=float(window.days_per_week))


@dataclass(frozen=True, kw_only=True)
class _Windows:
    """What the two windows of the rule are called: they need not lie before the start, nor end today."""

    at_start: str
    lately: str


def _windows(view: NsaidView, starts_on: date | None, today: date) -> _Windows:
    before, now = view.before, view.now
    is_first_week = before is not None and starts_on is not None and before.last >= starts_on
    is_old = now is not None and (today - now.last).days >= DAYS_IN_WEEK
    return _Windows(
        at_start=_("in the first week") if is_first_week else _("before the start"),
        lately=_("in the 4 weeks up to %(day)s", day=long_date(now.last))
        if now and is_old
        else _("in the last 4 weeks"),
    )


def _sentence(use: NsaidUse, named: _Windows) -> str:
    before, now = (None if value is None else wording.points(value) for value in (use.baseline, use.last))
    words = {"before": before, "now": now, "at_start": named.at_start, "lately": named.lately}
    if before and now:
        return _("NSAIDs: %(before)s days a week %(at_start)s, %(now)s %(lately)s.", **words)
    if now:
        return _("NSAIDs: %(now)s days a week %(lately)s.", **words)
    if before:
        return _("NSAIDs: %(before)s days a week %(at_start)s; too few answers lately.", **words)
    return _("NSAIDs: too few answers yet for days a week.")


def _remarks(use: NsaidUse, named: _Windows) -> list[str]:
    words = {"at_start": named.at_start, "lately": named.lately}
    if use.stopped:
        return [_("None answered with yes %(lately)s, after some %(at_start)s.", **words)]
    if use.reduced:
        return [_("At least half fewer NSAID days %(lately)s than %(at_start)s.", **words)]
    return []


def _explained(*, by_month: bool) -> str:
    if by_month:
        return _(
            "Tablets only, as days a week, of months with an answer on at least half of their days; other months stay "
            "empty. Gels and paracetamol are counted apart, from the doses that were noted."
        )
    return _(
        "Tablets only, per week of 7 days with at least 4 answers; other weeks stay empty. Gels and paracetamol are "
        "counted apart, from the doses that were noted."
    )


def _table(view: NsaidView, parts: Parts, course: Course) -> Table:
    doses, by_month = _by_day(course), parts.by_month
    head = [_("Month") if by_month else _("Week from"), _("NSAID days a week"), _("Answers"), _("Noted doses")]
    rows: list[list[str | None]] = []
    written = months_of_years() if by_month else short_dates()
    points, in_words = cache(wording.points), DoseWords(typed=True)
    for span, shown in zip(reversed(parts.spans), reversed(view.parts), strict=True):
        noted = [dose for day in span.days for dose in doses.get(day, ())]
        if not shown.answered and not noted:
            continue
        per_week = None if shown.days_per_week is None else points(shown.days_per_week)
        # The chart's words, unless the person typed a name: that is shown here alone.
        words = shown.doses if all(map(_drug, noted)) else in_words(noted)
        rows.append([written(span.first), per_week, f"{shown.answered} / {len(span.days)}", words or None])
    caption = _("NSAIDs month by month") if by_month else _("NSAIDs week by week")
    return Table(caption=caption, head=head, rows=rows, numeric=[1, 2])
