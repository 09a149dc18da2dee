"""The extensions, created here without an application and bound to one in app.py."""

from __future__ import annotations

from flask_babel import Babel
from flask_htmx import HTMX
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf.csrf import CSRFProtect

from firststep.migrating import GuardedAlembic
from firststep.models.base import Base

db = SQLAlchemy(engine_options={"hide_parameters": True})
alembic = GuardedAlembic(metadatas=Base.metadata)
csrf = CSRFProtect()
htmx = HTMX()
babel = Babel()  # type: ignore[no-untyped-call]
limiter = Limiter(key_func=get_remote_address, headers_enabled=True)
