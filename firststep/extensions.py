"""The extensions, created here without an application and bound to one in app.py."""

from __future__ import annotations

from functools import cached_property

from babel import Locale
from babel.support import NullTranslations
from flask_babel import Babel, Domain, get_locale
from flask_htmx import HTMX
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf.csrf import CSRFProtect

from firststep.migrating import GuardedAlembic
from firststep.models.base import Base


class _Messages(Domain):
    """The messages, found by the locale itself: a page asks hundreds of times, and writing its tag costs each time.

    A request asks with one and the same locale: the last answer is tried first.
    """

    def __init__(self, domain: str) -> None:
        super().__init__(domain=domain)  # type: ignore[no-untyped-call]
        self._kept: dict[Locale | None, NullTranslations] = {}
        self._last: tuple[Locale | None, NullTranslations] | None = None

    def get_translations(self) -> NullTranslations:
        """Return the messages in the language of the request."""
        locale, last = get_locale(), self._last
        # One tuple, read once: other threads replace it meanwhile.
        if last is not None and last[0] is locale:
            return last[1]
        found = self._kept.get(locale)
        if found is None:
            found = self._kept[locale] = super().get_translations()  # type: ignore[no-untyped-call]
        self._last = locale, found
        return found


class _OurBabel(Babel):
    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    @cached_property
    def domain_instance(self) -> _Messages:
        """The messages of the program."""
        return _Messages(self.domain)


db = SQLAlchemy(engine_options={"hide_parameters": True})
alembic = GuardedAlembic(metadatas=Base.metadata)
csrf = CSRFProtect()
htmx = HTMX()
babel = _OurBabel()
limiter = Limiter(key_func=get_remote_address, headers_enabled=True)
