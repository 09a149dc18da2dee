"""Words by which a column, an arm or an answer is recognised for a proposal; people confirm or change each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from firststep.clinical.diary import Arm
from firststep.clinical.visits import GlobalChange, NsaidClass
from firststep.sheets.mapping import ColumnKey

#: What a header says, folded, in the order in which columns choose: the narrow words come first.
_HEADERS: Final[Mapping[ColumnKey, str]] = {
    "start": r"(start|first|begin|beginn|erst|anfang|开始|首次|onset of (care|treatment)).*",
    "visit_date": r".*(date|datum|visit|besuch|termin|day|tag|日期|就诊).*",
    "session": r"(no|nr|#|session|sessions|sitzung|session no|treatment no|次数|第几次|number|nummer)[.:]?( .*)?",
    "pain": r".*(pain|vas|nrs|schmerz|疼痛|score).*",
    "nsaid": r".*(nsaid|nsar|painkiller|analges|medication|medikament|schmerzmittel|ibuprofen|止痛药|drug|tablet).*",
    "change": r".*(change|how are you|pgic|gic|improve|besserung|veränderung|befinden|变化).*",
    "arm": r".*(\barm\b|treatment|therap|behandlung|group|gruppe|治疗|组).*",
    "patient": r".*(who|patient|name|client|klient|person|\bid\b|\bcode\b|alias|病人|姓名|患者).*",
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
