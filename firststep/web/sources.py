"""The published sources in words: what each measured, in whom, and what it does not say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_decimal
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from firststep.clinical.benchmarks import Benchmark, Benchmarks, Source, load_benchmarks
from firststep.clinical.benchmarks.shapes import SUBJECTS, Subject
from firststep.clinical.comparison import Reason, why_not_drawn
from firststep.clinical.intervals import wilson
from firststep.clinical.measures import MEASURES
from firststep.figures.names import measure_name, published
from firststep.web import wording
from firststep.web.dates import long_date


@dataclass(frozen=True, kw_only=True)
class ListedFigure:
    """One figure: what kind of figure it is, what it says, and where it is drawn or why nowhere."""

    kind: str
    text: str
    drawn: str | None


@dataclass(frozen=True, kw_only=True)
class ListedSource:
    """One source as the page of sources shows it; ``beside`` are the ids and names to be read with it."""

    id: str
    title: str
    grade: str
    design: str
    people: str | None
    measured: str
    in_whom: str
    figures: list[ListedFigure]
    not_said: list[str]
    notes: list[str]
    beside: list[tuple[str, str]]
    citation: str
    address: str | None
    checked: str


@dataclass(frozen=True, kw_only=True)
class SourceGroup:
    """The sources of one subject, with what they tell together."""

    id: str
    title: str
    lead: str
    sources: list[ListedSource]


def source_groups(benchmarks: Benchmarks | None = None) -> list[SourceGroup]:
    """Return every source, by subject; the better its grade, the earlier it comes."""
    known = load_benchmarks() if benchmarks is None else benchmarks
    groups = [_group(subject, known) for subject in SUBJECTS]
    return [group for group in groups if group.sources]


def _group(subject: Subject, known: Benchmarks) -> SourceGroup:
    title, lead = {
        "needling": (
            _("Acupuncture and needling"),
            _(
                "Against sham needling the verified effect is about 1.1 to 1.4 points of 10; added to usual care in "
                "small trials without sham it is about 2 to 3 points. Both are differences between groups, not falls "
                "from a start."
            ),
        ),
        "exercise": (
            _("Stretching, exercise and standard care"),
            _(
                "Where the course of each group is told, pain fell in all of them, also where little was done. No "
                "common treatment was shown to be better than another."
            ),
        ),
        "course": (
            _("Natural course and relapse"),
            _(
                "How long it lasts is told very differently by a hospital’s cohort and by a society’s handout; each "
                "is to be read with the other. A published rate of relapse within six months was not found."
            ),
        ),
        "clinic": (
            _("The clinic’s report"),
            _("The ranges on your chart come from here. No journal has reviewed them."),
        ),
    }[subject]
    own = [source for source in known.sources if source.subject == subject]
    return SourceGroup(id=f"about-{subject}", title=title, lead=lead, sources=[*map(_lister(known), _in_order(own))])


def _in_order(sources: Iterable[Source]) -> list[Source]:
    """Order by grade and name; what must not be read alone follows at once."""
    by_id = {source.id: source for source in sorted(sources, key=lambda source: (source.grade, source.id))}
    ordered: dict[str, Source] = {}
    for source in by_id.values():
        for name in (source.id, *source.beside):
            if name in by_id:
                ordered.setdefault(name, by_id[name])
    return list(ordered.values())


def _lister(known: Benchmarks) -> _Lister:
    return _Lister(known, {source.id: published(source.short) for source in known.sources})


@dataclass(frozen=True)
class _Lister:
    """Puts a source into words; knows the others by name."""

    known: Benchmarks
    names: dict[str, str]

    def __call__(self, source: Source) -> ListedSource:
        """Return the source as the page shows it."""
        rows = self.known.of_source(source.id)
        people = source.participants
        return ListedSource(
            id=source.id,
            title=self.names[source.id],
            grade=wording.grade_name(source.grade),
            design=published(source.design),
            people=ngettext("%(count)s person", "%(count)s people", people, count=_plain(people)) if people else None,
            measured=published(source.measured),
            in_whom=published(source.people),
            figures=[_figure_of(row) for row in rows if not row.is_recalled],
            not_said=[published(text) for text in source.not_said],
            notes=[published(note) for note in source.notes],
            beside=[(other, self.names[other]) for other in source.beside],
            citation=published(source.citation),
            address=f"https://doi.org/{source.doi}" if source.doi else None,
            checked=_(
                "Checked on %(day)s; read: %(what)s.", day=long_date(source.checked_on), what=published(source.read)
            ),
        )


def _figure_of(row: Benchmark) -> ListedFigure:
    kind = {
        "within_arm": _("Fall from the start"),
        "between_group": _("Difference between two groups"),
        "responder": _("Share of people"),
        "survival": _("Share who still had it"),
        "text": _("In words"),
    }[row.kind]
    return ListedFigure(kind=kind, text=sentence(row), drawn=_where_drawn(row))


def _where_drawn(row: Benchmark) -> str | None:
    reasons = {measure: why_not_drawn(row, measure) for measure in MEASURES}
    for measure, reason in reasons.items():
        if reason is None:
            return _("Drawn as a point on the chart of: %(measure)s.", measure=measure_name(measure, None))
    return _why_nowhere(next(iter(reasons.values())))


def _why_nowhere(reason: Reason | None) -> str | None:
    """Say why a figure is a point on no chart; what is only words needs no reason."""
    if reason is None or reason in ("recalled", "in_words"):
        return None
    return {
        "own_window": _("Drawn as a range beside either kind of pain, labelled “pain type not stated”."),
        "between_groups": _("Not drawn: a difference between two groups is no fall from a start."),
        "no_change_given": _("Not drawn: a share of people has no place on a scale of pain."),
        "other_scale": _("Not drawn: it was not measured on a 0-10 scale of pain."),
        "other_measure": _("Not drawn: it does not say which pain was measured."),
        "no_week": _("Not drawn: it does not say after how many weeks."),
    }[reason]


def sentence(row: Benchmark) -> str:
    """Say one figure in words, with its week, its interval and what it is compared with."""
    parts = [text for text in (_figure(row), _interval(row), _relief(row), _relapse(row)) if text]
    about = published(row.intervention)
    if row.comparator is not None:
        about = _("%(one)s, compared with the group “%(other)s”", one=about, other=published(row.comparator))
    when = _(" in week %(week)s", week=_plain(row.week)) if row.week is not None else ""
    note = published(row.note or "")
    said = f"{'; '.join(parts)}. {note}" if parts else note
    return f"{about}{when}: {said}".strip()


def _figure(row: Benchmark) -> str:
    if row.responder_k is not None and row.responder_n is not None:
        # The reports give no interval of these shares; it follows from the two counts.
        share = wilson(row.responder_k, row.responder_n)
        return _(
            "%(k)s of %(n)s people (%(percent)s %%; 95 %% interval %(low)s to %(high)s %%, computed here)",
            k=row.responder_k,
            n=row.responder_n,
            percent=_plain(row.percent if row.percent is not None else _percent(row.responder_k / row.responder_n)),
            low=_plain(_percent(share.low)),
            high=_plain(_percent(share.high)),
        )
    if row.percent is not None:
        return _("%(percent)s %% of people", percent=_plain(row.percent))
    if row.change_mean is None:
        return ""
    scale = published(row.scale or "")
    if row.kind == "between_group":
        return _("%(difference)s than in that group (%(scale)s)", difference=_apart(row.change_mean), scale=scale)
    if row.change_mean < 0:
        return _("fell by %(value)s on average (%(scale)s)", value=_plain(-row.change_mean), scale=scale)
    return _("rose by %(value)s on average (%(scale)s)", value=_plain(row.change_mean), scale=scale)


def _interval(row: Benchmark) -> str:
    if row.ci_low is None or row.ci_high is None:
        return ""
    if row.kind == "between_group":
        return _("95 %% interval %(low)s to %(high)s", low=_apart(row.ci_low), high=_apart(row.ci_high))
    ends = (row.ci_low, row.ci_high)
    if row.kind == "within_arm" and row.change_mean is not None and row.change_mean < 0:
        # The sentence tells a fall without its sign, and so must its interval.
        ends = (-row.ci_high, -row.ci_low)
    return _("95 %% interval %(low)s to %(high)s", low=_plain(ends[0]), high=_plain(ends[1]))


def _apart(difference: Decimal) -> str:
    """Say a difference between two groups without a sign, which of itself does not tell who is better off."""
    if difference < 0:
        return _("%(value)s lower", value=_plain(-difference))
    return _("%(value)s higher", value=_plain(difference))


def _relief(row: Benchmark) -> str:
    if row.relief_week_from is None or row.relief_week_to is None:
        return ""
    return _("relief after %(a)s to %(b)s weeks", a=_plain(row.relief_week_from), b=_plain(row.relief_week_to))


def _relapse(row: Benchmark) -> str:
    if row.relapse_6_months_percent is None:
        return ""
    return _("relapse within 6 months: %(percent)s %%", percent=_plain(row.relapse_6_months_percent))


def _percent(share: float) -> Decimal:
    return Decimal(str(round(100 * share, 1)))


def _plain(value: Decimal | int) -> str:
    # A minus as wide as a plus, which no line break can part from its number.
    return str(format_decimal(value, locale=get_locale())).replace("-", "\N{MINUS SIGN}")
