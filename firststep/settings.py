"""Every setting of the program, read once from the environment."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

Environment = Literal["development", "production", "test"]

ROOT = Path(__file__).resolve().parent.parent
_SHORTEST_SECRET = 32
# With + and 42 letters after it, what stands before the @ may have 64.
_BOUNCE_ADDRESS = re.compile(r"[A-Za-z0-9._-]{1,21}@[A-Za-z0-9.-]+")
_VAPID_KEY = re.compile(r"[A-Za-z0-9_-]{43}")


class SettingsError(Exception):
    """Says in one sentence which setting is wrong and what to do."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The whole configuration; each field is the environment variable of the same name in upper case."""

    environment: Environment = "development"
    debug: bool = False
    demo: bool = False
    var_dir: Path = ROOT / "var"
    translations_dir: Path = ROOT / "translations"
    base_url: str = "http://localhost:8000"
    secret_key: str = field(default="", repr=False)
    database_url: str = field(default="", repr=False)
    huey_url: str = field(default="", repr=False)
    ratelimit_storage_uri: str = "memory://"
    smtp_url: str = field(default="", repr=False)
    mail_from: str = "Firststep <hello@localhost>"
    mail_domain_per_minute: int = 0
    bounce_address: str = ""
    bounce_maildir: Path | None = None
    trusted_hosts: tuple[str, ...] = ()
    proxy_hops: int = 0
    sw_kill: bool = False
    vapid_private_key: str = field(default="", repr=False)
    push_local_host: str = ""

    @property
    def host(self) -> str:
        """Return the host name that links, passkeys and the host check use."""
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def is_local(self) -> bool:
        """Tell whether the address is one that only this machine can open."""
        return self.host in ("localhost", "127.0.0.1", "::1")

    @property
    def secure(self) -> bool:
        """Tell whether the public address is https, so that cookies carry Secure and the __Host- prefix."""
        return self.base_url.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the database is the embedded one."""
        return self.database_url.startswith("sqlite")

    @property
    def deletion_ledger(self) -> Path:
        """Return the file with the ids of what was deleted, which restoring an older backup reads."""
        return self.var_dir / "firststep-deletions.log"

    @property
    def uses_mail_sink(self) -> bool:
        """Tell whether mail goes into the local folder instead of to a server."""
        return not self.smtp_url


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Return the checked settings; raise SettingsError with one sentence for the first thing that is wrong."""
    environment = environ.get("ENVIRONMENT", "development")
    if environment not in ("development", "production", "test"):
        raise SettingsError(f"ENVIRONMENT is {environment!r}; set it to development, production or test.")
    var_dir = Path(environ.get("VAR_DIR") or ROOT / "var").resolve()
    base_url = environ.get("BASE_URL") or f"http://localhost:{environ.get('PORT') or '8000'}"
    settings = Settings(
        environment=cast(Environment, environment),
        # FLASK_DEBUG, which `flask --debug` sets too, opens Flask's own debugger before anything of ours is asked.
        debug=_flag(environ, "DEBUG") or _flag(environ, "FLASK_DEBUG"),
        demo=_flag(environ, "DEMO", default=environment == "development"),
        var_dir=var_dir,
        translations_dir=Path(environ.get("TRANSLATIONS_DIR") or ROOT / "translations").resolve(),
        base_url=base_url.rstrip("/"),
        secret_key=environ.get("SECRET_KEY", ""),
        database_url=_driver(environ.get("DATABASE_URL") or f"sqlite:///{var_dir / 'firststep.db'}"),
        huey_url=environ.get("HUEY_URL") or f"sqlite:///{var_dir / 'queue.db'}",
        ratelimit_storage_uri=environ.get("RATELIMIT_STORAGE_URI", "memory://"),
        smtp_url=environ.get("SMTP_URL", ""),
        mail_from=environ.get("MAIL_FROM", "Firststep <hello@localhost>"),
        mail_domain_per_minute=_count(environ, "MAIL_DOMAIN_PER_MINUTE", digits=5),
        bounce_address=environ.get("BOUNCE_ADDRESS", "").strip(),
        bounce_maildir=Path(environ["BOUNCE_MAILDIR"]).resolve() if environ.get("BOUNCE_MAILDIR") else None,
        trusted_hosts=tuple(environ.get("TRUSTED_HOSTS", "").replace(",", " ").split()),
        proxy_hops=_count(environ, "PROXY_HOPS"),
        sw_kill=_flag(environ, "SW_KILL"),
        vapid_private_key=environ.get("VAPID_PRIVATE_KEY", ""),
        push_local_host=environ.get("PUSH_LOCAL_HOST", ""),
    )
    _check_addresses(settings)
    if environment == "production":
        _check_production(settings)
        return settings
    return settings if settings.secret_key else _with_local_secret(settings)


def _check_addresses(settings: Settings) -> None:
    try:
        _ = urlsplit(settings.base_url).port
    except ValueError:
        raise SettingsError("BASE_URL or PORT has no port from 1 to 65535; set it like PORT=8000.") from None
    if not settings.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError("DATABASE_URL begins with neither sqlite:/// nor postgresql://; no other database is used.")
    if settings.vapid_private_key and not _VAPID_KEY.fullmatch(settings.vapid_private_key):
        raise SettingsError("VAPID_PRIVATE_KEY is no 32 bytes in base64url; leave it out, and one is made.")
    if settings.smtp_url and not settings.smtp_url.startswith(("smtp://", "smtps://")):
        raise SettingsError("SMTP_URL does not begin with smtp:// or smtps://; without it nobody gets any mail.")
    _check_bounces(settings)


def _check_bounces(settings: Settings) -> None:
    if settings.bounce_address and not _BOUNCE_ADDRESS.fullmatch(settings.bounce_address):
        raise SettingsError("BOUNCE_ADDRESS is no address like bounces@example.org with at most 21 letters before @.")
    if settings.bounce_maildir and not settings.bounce_address:
        raise SettingsError("BOUNCE_MAILDIR is set, but BOUNCE_ADDRESS is not; set the address that delivers to it.")
    if settings.bounce_maildir and not _is_folder(settings.bounce_maildir / "new"):
        raise SettingsError(f"BOUNCE_MAILDIR {settings.bounce_maildir} is no Maildir; it has no folder named new.")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # One that this user may not look into.
        return False


def _check_production(settings: Settings) -> None:
    if len(settings.secret_key) < _SHORTEST_SECRET:
        raise SettingsError("SECRET_KEY is missing or shorter than 32 characters; set it to a long random text.")
    if settings.debug:
        raise SettingsError("DEBUG or FLASK_DEBUG is on; switch both off in production, they show code and data.")
    if settings.demo:
        raise SettingsError("DEMO is on; switch it off in production, it shows everybody's mails.")
    if settings.push_local_host:
        raise SettingsError("PUSH_LOCAL_HOST is for tests; remove it, it lets subscriptions reach inside your network.")
    if not settings.secure:
        raise SettingsError("BASE_URL does not begin with https://; health data must not travel over plain http.")
    if not urlsplit(settings.base_url).hostname:
        raise SettingsError("BASE_URL names no host; set it to the address that people type, like https://example.org.")
    if not settings.smtp_url:
        raise SettingsError("SMTP_URL is missing; without it nobody gets a sign-in or weekly mail.")


def _with_local_secret(settings: Settings) -> Settings:
    """Return the settings with a secret that is kept in a private file, so that a restart signs nobody out."""
    path = settings.var_dir / "secret_key"
    if not path.exists():
        settings.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        keep_secret(path, secrets.token_urlsafe(48))
    secret = path.read_text(encoding="utf-8").strip()
    if len(secret) < _SHORTEST_SECRET:
        raise SettingsError(f"{path} holds no secret of {_SHORTEST_SECRET} characters; delete it to get a new one.")
    return Settings(**{**settings.__dict__, "secret_key": secret})


def keep_secret(path: Path, secret: str) -> None:
    """Make the file whole at once: a second process must neither read half of it nor make another one."""
    half = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secret)
    try:
        with suppress(FileExistsError):
            path.hardlink_to(half)
    finally:
        half.unlink()


def _flag(environ: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    text = environ.get(name, "").strip().casefold()
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("0", "false", "no", "off"):
        return False
    if text:
        raise SettingsError(f"{name} is {text!r}; set it to 1 or 0.")
    return default


def _count(environ: Mapping[str, str], name: str, *, digits: int = 2) -> int:
    text = environ.get(name, "").strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= digits):
        raise SettingsError(f"{name} is {text!r}; set it to a whole number.")
    return int(text)


def _driver(url: str) -> str:
    """Return the URL with the driver that is installed, so that a plain postgresql:// works."""
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url
