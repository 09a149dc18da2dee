"""Puts the program together: settings, extensions, areas of the site. ``flask --app app`` starts here."""

from __future__ import annotations

import os
import sys

from flask import Flask
from flask_sqlalchemy_lite._extension import _close_async_sessions

from blueprints.accounts.routes import accounts
from blueprints.care.routes import care
from blueprints.cases.routes import cases
from blueprints.charts.routes import charts
from blueprints.cohort.routes import cohort
from blueprints.counting.routes import counting
from blueprints.diary.routes import diary
from blueprints.digest.routes import digest
from blueprints.events.routes import events
from blueprints.extracts.routes import extracts
from blueprints.own_data.routes import own_data
from blueprints.pages.routes import pages
from blueprints.practice.routes import practice
from blueprints.pwa.routes import pwa
from blueprints.reminders.routes import reminders
from blueprints.sharing.routes import sharing
from blueprints.sheets.routes import sheets
from blueprints.stretching.routes import stretching
from blueprints.team.routes import team
from blueprints.treatment.routes import treatment
from blueprints.visits.routes import visits
from firststep.clinical.benchmarks import load_benchmarks
from firststep.clinical.nsaids import load_drugs
from firststep.clinical.stretching import load_presets
from firststep.clinical.tables import FileRefused
from firststep.commands import init_commands
from firststep.database import engine_options, prepare_engine
from firststep.extensions import alembic, babel, csrf, db, htmx, limiter
from firststep.jobs.queue import init_queue
from firststep.migrating import render_type
from firststep.settings import ROOT, Settings, SettingsError, load_settings
from firststep.web.assets import init_assets
from firststep.web.compression import init_compression
from firststep.web.dates import init_dates
from firststep.web.errors import init_errors
from firststep.web.forms import init_forms
from firststep.web.headers import init_headers
from firststep.web.language import choose_locale, choose_zone
from firststep.web.logs import init_logs
from firststep.web.page import init_page
from firststep.web.policy import init_policies
from firststep.web.render import init_rendering
from firststep.web.requests import init_requests
from firststep.web.security import init_security
from firststep.web.security.limit_storage import storage_options
from firststep.web.sessions import ServerSessionInterface
from firststep.web.table_rows import init_table_rows
from firststep.web.typography import init_typography

AREAS = (
    *(pages, pwa, accounts, treatment, diary, stretching, charts, events, visits),
    *(sharing, practice, care, cases, team, sheets, digest, reminders, own_data),
    *(cohort, counting, extracts),
)


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application for these settings, or for those of the environment."""
    settings = settings or _settings_or_exit()
    _read_data_or_exit()
    app = Flask("firststep", root_path=str(ROOT), static_folder=None)
    app.config.from_mapping(configuration(settings))
    app.session_interface = ServerSessionInterface()
    _init_extensions(app)
    init_logs(app)
    init_headers(app)
    init_requests(app, settings)
    init_rendering(app)
    init_forms(app)
    init_dates(app)
    init_table_rows(app)
    init_typography(app)
    init_page(app)
    init_errors(app)
    init_assets(app)
    init_security(app, settings)
    init_queue(app)
    for area in AREAS:
        app.register_blueprint(area)
    init_commands(app)
    init_policies(app)
    init_compression(app)
    return app


def configuration(settings: Settings) -> dict[str, object]:
    """Return what Flask and its extensions read from ``app.config``."""
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key,
        "DEBUG": settings.debug,
        "TESTING": settings.environment == "test",
        "SESSION_COOKIE_NAME": "__Host-session" if settings.secure else "session",
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "TRUSTED_HOSTS": [settings.host, *settings.trusted_hosts],
        "MAX_CONTENT_LENGTH": 256 * 1024,
        "MAX_FORM_PARTS": 200,
        "SQLALCHEMY_ENGINES": {"default": engine_options(settings.database_url)},
        "ALEMBIC": {"script_location": "migrations"},
        "ALEMBIC_CONTEXT": {
            "render_as_batch": True,
            "compare_type": True,
            "transactional_ddl": True,
            # Each step of an upgrade lets go of the tables that it locked: with those of two, it and an entry could
            # wait for each other. SQLite has one lock, and a copy from before the first step.
            "transaction_per_migration": not settings.is_sqlite,
            "render_item": render_type,
        },
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        **storage_options(settings.ratelimit_storage_uri),
        "RATELIMIT_STRATEGY": "moving-window",
        "BABEL_TRANSLATION_DIRECTORIES": str(settings.translations_dir),
    }


def _init_extensions(app: Flask) -> None:
    db.init_app(app)
    # There are no async sessions to close, and looking for them would start an event loop at the end of each request.
    app.teardown_appcontext_funcs.remove(_close_async_sessions)
    alembic.init_app(app)
    csrf.init_app(app)
    htmx.init_app(app)
    limiter.init_app(app)
    babel.init_app(app, locale_selector=choose_locale, timezone_selector=choose_zone)
    with app.app_context():
        prepare_engine(db.engine)


def _read_data_or_exit() -> None:
    """Read every file of figures, drugs and presets now, not on the first page that shows one."""
    try:
        load_benchmarks()
        load_drugs()
        load_presets()
    except FileRefused as error:
        sys.exit(f"Firststep does not start: {error}")


def _settings_or_exit() -> Settings:
    try:
        return load_settings(os.environ)
    except SettingsError as error:
        sys.exit(f"Firststep does not start: {error}")
