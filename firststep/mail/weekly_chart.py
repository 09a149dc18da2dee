"""The chart in the detailed weekly letter: the app's own, up to the end of the days that the letter is about."""

from __future__ import annotations

import hashlib
from typing import Final

from flask_babel import gettext as _

from firststep.clinical.outcomes import worse_foot
from firststep.figures.png import to_png
from firststep.figures.theme import LIGHT
from firststep.mail.message import Picture, parse_sender
from firststep.mail.weekly_words import pain_sentence, whole_day
from firststep.mail.writing import mail_settings
from firststep.services.digest import Digest
from firststep.web.choice import Choice
from firststep.web.progress_alone import still_picture

#: As wide as a phone's mail leaves room for: what is shown smaller than it was drawn has letters nobody can read.
SIZE_PX: Final = (344, 300)
#: Pixels of the picture for each of these. Phones have two or three: here its letters are sharp, and its drawing takes
#: two thirds of what twice as many pixels take.
SCALE: Final = 1.5


def draw_chart(digest: Digest) -> Picture | None:
    """Return the chart of a detailed letter in the language in force, or None where no pain was ever entered."""
    figures = digest.figures
    if figures is None or worse_foot(figures.course.diary, measure=figures.measure) is None:
        return None
    last = digest.told.last
    alt = _("Chart up to %(day)s. %(said)s", day=whole_day(last), said=pain_sentence(figures))
    # On white, which stands as a card of its own in a dark mailbox: no style sheet reaches into a picture.
    drawing = still_picture(
        figures.course, Choice(measure=figures.measure), today=last, size=SIZE_PX, title=alt, palette=LIGHT
    )
    png = to_png(drawing, scale=SCALE)
    domain = parse_sender(mail_settings().mail_from).domain
    return Picture(
        content_id=f"{hashlib.sha256(png).hexdigest()[:24]}@{domain}",
        name="chart.png",
        png=png,
        width_px=SIZE_PX[0],
        alt=alt,
    )
