"""When to see someone: a fixed list with one fixed text each, without a score and without a diagnosis.

Wording after Mayo Clinic, the NHS page "Plantar fasciitis" and BMJ Best Practice, read on 2026-11-23 in the texts that
each item names. Items "added as a precaution" are in no text that was read; a clinician has not signed off the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from firststep.clinical.measures import marked

Urgency = Literal["now", "today", "soon"]


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One question that is answered with yes or no; ``says`` names who gives it as a reason to see someone."""

    key: str
    urgency: Urgency
    question: str
    says: str


#: What is shown for every item of the urgency: the same words, whoever answers.
TEXTS: Final[dict[Urgency, str]] = {
    "now": marked("Call the emergency number now."),
    "today": marked("Have this looked at today: by a doctor, at an urgent care centre or in an emergency department."),
    "soon": marked("Book a visit with a doctor, and tell them this."),
}

_MAYO: Final = marked("Mayo Clinic names this.")
_NHS: Final = marked("The NHS names this.")
_BMJ: Final = marked("BMJ Best Practice names this.")
_ADDED: Final = marked("Added as a precaution.")

RED_FLAGS: Final = (
    RedFlag("breathless", "now", marked("Is your calf swollen, and are you short of breath?"), _ADDED),
    RedFlag("injury", "today", marked("Did severe heel pain begin right after an injury?"), _MAYO),
    RedFlag("swelling", "today", marked("Is there severe pain and swelling near the heel?"), _MAYO),
    RedFlag(
        "cannot_walk",
        "today",
        marked("Can you not bend your foot down, rise on your toes or walk normally?"),
        _MAYO,
    ),
    RedFlag("fever", "today", marked("Is there heel pain together with fever, numbness or tingling?"), _MAYO),
    RedFlag("snap", "today", marked("Did you hear or feel a snap, or has the heel an odd shape?"), _ADDED),
    RedFlag("infection", "today", marked("Is the foot hot and red, or is there an open wound?"), _ADDED),
    RedFlag("severe", "soon", marked("Is the pain severe, or does it stop you from doing normal activities?"), _NHS),
    RedFlag("worse", "soon", marked("Is it getting worse, or does it keep coming back?"), _NHS),
    RedFlag("no_better", "soon", marked("Is it no better after 2 weeks of looking after it yourself?"), _NHS),
    RedFlag("tingling", "soon", marked("Do you have tingling or loss of feeling in the foot?"), _NHS),
    RedFlag("diabetes", "soon", marked("Do you have diabetes, and pain in the foot?"), _NHS),
    RedFlag("rest", "soon", marked("Does it hurt at night, at rest, or when you are not standing?"), _MAYO),
    RedFlag("both_heels", "soon", marked("Do both heels hurt?"), _BMJ),
    RedFlag(
        "whole_body",
        "soon",
        marked(
            "Do you have any of these: unexplained weight loss, cancer now or before, a back that stays stiff in the "
            "morning, psoriasis, a red painful eye, bowel disease?"
        ),
        _ADDED,
    ),
    RedFlag("blood_thinner", "soon", marked("Do you take a blood thinner?"), _ADDED),
)
