"""The forms of a question for the visit, and of the rating of the whole change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired

from firststep.clinical.pgic import RATINGS
from firststep.services.diary_events import KINDS, check_event_value
from firststep.services.diary_fields import Refused
from firststep.web.forms import OurForm

_QUESTION: Final = KINDS["question"]
_RATING: Final = KINDS["pgic"]


class QuestionText(TextAreaField):
    """A text that a stored question takes; what was typed stays in the field."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the text with plain line ends, or refuse it with its sentence."""
        text = valuelist[0].replace("\r\n", "\n").replace("\r", "\n").strip() if valuelist else ""
        self.data = text
        if not text:
            return
        try:
            self.data = str(check_event_value(_QUESTION, "text", text))
        except Refused as refused:
            raise ValueError(refused.sentence) from None


class QuestionForm(OurForm):
    """One question."""

    text = QuestionText(_l("Your question"), validators=[DataRequired(_QUESTION.needed["text"])])

    def refuse(self, refused: Refused) -> None:
        """Note the sentence at the field."""
        self.text.errors = [*self.text.errors, refused.sentence]


class RatingForm(OurForm):
    """One of the seven answers."""

    rating = StringField(validators=[AnyOf([str(rating) for rating in RATINGS], message=_RATING.needed["rating"])])

    @property
    def answer(self) -> int:
        """The answer of a form that was accepted."""
        return int(self.rating.data)

    def refuse(self, refused: Refused) -> None:
        """Note the sentence at the field."""
        self.rating.errors = [*self.rating.errors, refused.sentence]
