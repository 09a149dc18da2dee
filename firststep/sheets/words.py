"""Words by which a column, an arm or an answer is recognised for a proposal; people confirm or change each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from firststep.clinical.diary import Arm
from firststep.clinical.visits import GlobalChange, NsaidClass
from firststep.sheets.mapping import ColumnKey

# Words beside which another one means something else: "First-step pain" is no start, "Visit no." no day.
_OF_PAIN: Final = r"pain|\bvas\b|\bnrs\b|schmerz|疼痛|score"
_NO_START: Final = rf"(?!.*({_OF_PAIN}|since|seit|name|first[ -]steps?|erste[rn]? schritt|姓名))"
_NO_VISIT: Final = rf"(?!.*({_OF_PAIN}|#|\bno\b|\bnr\b|number|nummer|birth|\bdob\b|geburt|出生|\bnext\b|nächst))"
# Start-up pain is what is felt with the first steps; pain at the start of care is not that of each visit.
_NO_PAIN: Final = (
    r"(?!.*(killer|mittel|medi[ck]|\bmeds?\b|\bpills?\b|since|seit|duration|dauer|location"
    r"|onset|beg[ia]n|start of|(at|pain) start\b))"
)
_NO_PILL: Final = r"(?!.*\b(before|after|vor|nach)\b)"
_NO_ARM: Final = r"(?!.*(therapist|therapeut|\bage\b))"
_NO_PATIENT: Final = r"(?!.*(practitioner|therapist|therapeut|clinician|doctor|provider|behandler))"

#: What a header says, folded, in the order in which columns choose: the narrow words come first.
_HEADERS: Final[Mapping[ColumnKey, str]] = {
    "start": _NO_START
    + r"((start|first|begin|beginn|erst|anfang|开始|首次|onset of (care|treatment)).*|.*(start|beginn?)( date)?)",
    "nsaid": _NO_PILL
    + r".*(nsaid|nsar|painkiller|analges|\bmeds?\b|medication|medikament|schmerzmittel|ibuprofen|止痛药|drug|tablet"
    r"|\bpills?\b).*",
    "visit_date": _NO_VISIT + r".*(date|datum|visit\b|besuch|termin|\bday\b|tag\b|日期|就诊).*",
    "session": r"((visit|treatment|besuch|termin)[ -]?)?(no|nr|#|number|nummer)[.:]?( .*)?"
    r"|(session|sessions|sitzung|次数|第几次)[.:]?( .*)?",
    "pain": _NO_PAIN + rf".*({_OF_PAIN}|vas|nrs).*",
    "change": r".*(change|how are you|pgic|gic|improve|besserung|veränderung|befinden|变化).*",
    "arm": _NO_ARM + r".*(\barm\b|treatment|therap|behandlung|group|gruppe|治疗|组|\btx\b|modality).*",
    "patient": _NO_PATIENT + r".*(who|patient|name|client|klient|person|\bid\b|\bcode\b|\bpt\b|alias|病人|姓名|患者).*",
    "note": r".*(note|remark|comment|bemerkung|notiz|anmerkung|备注).*",
}
HEADERS: Final = {key: re.compile(pattern) for key, pattern in _HEADERS.items()}

#: A week column of a wide sheet: "VAS wk2", "Woche 6", "pain week 12", "w4".
WEEK: Final = re.compile(
    r".*?\b(?:weeks?|wk|w|woche|kw)[ .]*([0-9]{1,3})\b.*|.*?\b([0-9]{1,3})[ .]*(?:weeks?|wks?|wochen?)\b.*"
)
BASELINE: Final = re.compile(r".*\b(baseline|initial|start|vorher|before|ausgang)\b.*")
PAIN: Final = HEADERS["pain"]

_ARMS: Final[Mapping[Arm, re.Pattern[str]]] = {
    "acupuncture": re.compile(r"\b(acu|acupuncture|akupunktur|needles?|needling|nadeln?|electroacupuncture)\b|针"),
    "standard": re.compile(
        r"\b(standard|usual|physio|physiotherapy|physiotherapie|stretch|stretching|dehnen|routine)\b"
    ),
    "combined": re.compile(r"\b(both|combined|combi|kombi|kombiniert|beides)\b|联合"),
}
NSAID: Final[Mapping[NsaidClass, frozenset[str]]] = {
    "none": frozenset({"none", "no", "never", "stopped", "keine", "nein", "nie", "无", "没有", "0"}),
    "some": frozenset(
        {"some", "sometimes", "prn", "as needed", "occasionally", "manchmal", "bei bedarf", "gelegentlich", "偶尔"}
    ),
    "most": frozenset({"most", "most days", "daily", "every day", "täglich", "jeden tag", "meist", "每天"}),
}
CHANGE: Final[Mapping[GlobalChange, frozenset[str]]] = {
    "very_much_improved": frozenset({"very much improved", "vmi", "very much better", "sehr viel besser"}),
    "much_improved": frozenset({"much improved", "much better", "viel besser"}),
    "minimally_improved": frozenset({"minimally improved", "a bit better", "a little better", "etwas besser"}),
    "no_change": frozenset({"no change", "same", "unchanged", "the same", "gleich", "unverändert"}),
    "minimally_worse": frozenset({"minimally worse", "a bit worse", "a little worse", "etwas schlechter"}),
    "much_worse": frozenset({"much worse", "viel schlechter"}),
    "very_much_worse": frozenset({"very much worse", "sehr viel schlechter"}),
}
EMPTY: Final = frozenset({"-", "–", "—", "--", "n/a", "na", "k.a.", "k. a.", "/", ".", "nil", "missing"})


def arm_of(label: str) -> Arm | None:
    """Return the arm that a folded label names, None where it names none; two arms in one label are both at once.

    >>> arm_of("acu+physio"), arm_of("acu 针"), arm_of("massage")
    ('combined', 'acupuncture', None)
    """
    if _ARMS["combined"].search(label):
        return "combined"
    one_of_them: tuple[Arm, ...] = ("acupuncture", "standard")
    named = [arm for arm in one_of_them if _ARMS[arm].search(label)]
    if len(named) == 2:
        return "combined"
    return named[0] if named else None
