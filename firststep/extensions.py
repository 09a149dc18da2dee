"""The extensions, created here without an application and bound to one in app.py."""

from __future__ import annotations

from functools import cached_property

from babel import Locale
from babel.support import NullTranslations
from flask_babel import Babel, Domain, _get_current_context, get_locale
from flask_htmx import HTMX
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf.csrf import CSRFProtect

from firststep.migrating import GuardedAlembic
from firststep.models.base import Base


class _Messages(Domain):
    """The messages in the language of one request, found once for each: a page asks hundreds of times.

    A request asks with one and the same locale, except while a mail is written in somebody else's.
    """

    def __init__(self, domain: str, kept: dict[Locale | None, NullTranslations]) -> None:
        super().__init__(domain=domain)  # type: ignore[no-untyped-call]
        self._kept = kept
        self._context = _get_current_context()
        self._last: tuple[Locale, NullTranslations] | None = None

    def get_translations(self) -> NullTranslations:
        """Return the messages in the language of the request."""
        # What get_locale keeps of the request; asked there each time, it costs as much as finding the sentence.
        if self._last is not None and getattr(self._context, "babel_locale", None) is self._last[0]:
            return self._last[1]
        locale = get_locale()
        found = self._kept.get(locale)
        if found is None:
            found = self._kept[locale] = super().get_translations()  # type: ignore[no-untyped-call]
        self._last = None if locale is None else (locale, found)
        return found


class _OurBabel(Babel):
    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    @cached_property
    def _messages(self) -> dict[Locale | None, NullTranslations]:
        return {}

    @property
    def domain_instance(self) -> _Messages:
        """The messages of the program, for the request that asks."""
        return _Messages(self.domain, self._messages)


db = SQLAlchemy(engine_options={"hide_parameters": True})
alembic = GuardedAlembic(metadatas=Base.metadata)
csrf = CSRFProtect()
htmx = HTMX()
babel = _OurBabel()
limiter = Limiter(key_func=get_remote_address, headers_enabled=True)
