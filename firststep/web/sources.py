"""The published sources in words: what each measured, in whom, and what it does not say."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_decimal
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from firststep.clinical.benchmarks import Benchmark, Source, load_benchmarks
from firststep.figures.names import published
from firststep.web import wording
from firststep.web.dates import long_date


@dataclass(frozen=True, kw_only=True)
class ListedSource:
    """One source as the page of sources shows it."""

    id: str
    title: str
    grade: str
    design: str
    people: str | None
    citation: str
    address: str | None
    figures: list[str]
    notes: list[str]
    checked: str


def listed_sources() -> list[ListedSource]:
    """Return every source, the article's own figures first, then by grade."""
    benchmarks = load_benchmarks()
    ordered = sorted(benchmarks.sources, key=lambda source: (source.peer_reviewed, source.grade, source.id))
    return [_listed(source, benchmarks.of_source(source.id)) for source in ordered]


def _listed(source: Source, rows: tuple[Benchmark, ...]) -> ListedSource:
    return ListedSource(
        id=source.id,
        title=published(source.short),
        grade=wording.grade_name(source.grade),
        design=published(source.design),
        people=ngettext("%(num)d person", "%(num)d people", source.participants) if source.participants else None,
        citation=published(source.citation),
        address=f"https://doi.org/{source.doi}" if source.doi else None,
        figures=[sentence(row) for row in rows if row.may_be_drawn],
        notes=[published(note) for note in source.notes],
        checked=_("Checked on %(day)s; read: %(what)s.", day=long_date(source.checked_on), what=published(source.read)),
    )


def sentence(row: Benchmark) -> str:
    """Say one figure in words, with its week, its interval and what it is compared with."""
    parts = [text for text in (_figure(row), _interval(row), _relief(row), _relapse(row)) if text]
    said = "; ".join(parts) or _("no number is given")
    about = published(row.intervention)
    if row.comparator is not None:
        about = _("%(one)s, compared with the group “%(other)s”", one=about, other=published(row.comparator))
    when = _(" in week %(week)s", week=_plain(row.week)) if row.week is not None else ""
    return f"{about}{when}: {said}. {published(row.note or '')}".strip()


def _figure(row: Benchmark) -> str:
    if row.responder_k is not None and row.responder_n is not None:
        return _("%(k)s of %(n)s people", k=row.responder_k, n=row.responder_n)
    if row.percent is not None:
        return _("%(percent)s %% of people", percent=_plain(row.percent))
    if row.change_mean is None:
        return ""
    scale = published(row.scale or "")
    if row.kind == "between_group":
        return _("difference between the groups %(value)s (%(scale)s)", value=_plain(row.change_mean), scale=scale)
    if row.change_mean < 0:
        return _("fell by %(value)s on average (%(scale)s)", value=_plain(-row.change_mean), scale=scale)
    return _("rose by %(value)s on average (%(scale)s)", value=_plain(row.change_mean), scale=scale)


def _interval(row: Benchmark) -> str:
    if row.ci_low is None or row.ci_high is None:
        return ""
    return _("95 %% interval %(low)s to %(high)s", low=_plain(row.ci_low), high=_plain(row.ci_high))


def _relief(row: Benchmark) -> str:
    if row.relief_week_from is None or row.relief_week_to is None:
        return ""
    return _("relief after %(a)s to %(b)s weeks", a=_plain(row.relief_week_from), b=_plain(row.relief_week_to))


def _relapse(row: Benchmark) -> str:
    if row.relapse_6_months_percent is None:
        return ""
    return _("relapse within 6 months: %(percent)s %%", percent=_plain(row.relapse_6_months_percent))


def _plain(value: Decimal) -> str:
    return str(format_decimal(value, locale=get_locale()))
