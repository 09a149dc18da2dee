"""What every page's frame shows: the person, the navigation, the form token."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from firststep.web.language import language_tag
from firststep.web.phone import sync_user
from firststep.web.shell import WHEN_TO_SEE_SOMEONE


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """One target of the navigation."""

    endpoint: str
    href: str
    label: str
    icon: str
    current: bool


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """The person whom the frame greets; nothing more than the frame needs."""

    name: str
    role: str


def init_page(app: Flask) -> None:
    """Give every template the frame's variables."""
    app.context_processor(frame)


def frame() -> dict[str, object]:
    """Return the frame's variables."""
    user = current_user if current_user and current_user.is_authenticated else None
    viewer = Viewer(name=user.name or user.email, role=user.role) if user else None
    settings = current_app.config["SETTINGS"]
    # Only where the demo keeps its mails; see blueprints/digest. No address here: for a host that is not ours there is
    # none, and its refusal has this frame too.
    has_kept_mails = "digest.dev_mails" in current_app.view_functions and settings.uses_mail_sink
    return {
        "viewer": viewer,
        # Under this name the browser keeps the patient's entries; empty tells it that no patient is signed in.
        "phone_user": sync_user(user.id) if user and user.role == "patient" else "",
        "phone_zone": user.time_zone if user else "",
        "offline_page": "",
        "worker_off": settings.sw_kill,
        "nav_items": _nav(viewer.role) if viewer else [],
        "language": language_tag(),
        "has_kept_mails": has_kept_mails,
        "mail_refused": _refused_mail(viewer),
        "when_to_see_someone": WHEN_TO_SEE_SOMEONE,
    }


def _refused_mail(viewer: Viewer | None) -> str:
    """Return the page on which mail can be switched on again, where the person's address refuses it; else nothing."""
    if viewer is None or not getattr(session, "mail_refused_at", None):
        return ""
    endpoint = "digest.preferences" if viewer.role == "patient" else "digest.monday"
    # That page tells more of it itself.
    return "" if request.endpoint == endpoint else url_for(endpoint)


def _nav(role: str) -> list[NavItem]:
    by_role = {
        "patient": [
            ("diary.today", _("Log"), "log"),
            ("charts.progress", _("Progress"), "progress"),
            ("sharing.shares", _("Share"), "share"),
            ("accounts.settings", _("Settings"), "settings"),
        ],
        "practitioner": [
            ("practice.patients", _("Patients"), "patients"),
            ("accounts.settings", _("Settings"), "settings"),
        ],
    }
    # By address: what lies below the settings belongs to several areas.
    here = f"{request.path}/"
    return [
        NavItem(
            endpoint=endpoint,
            href=(href := url_for(endpoint)),
            label=label,
            icon=icon,
            current=here.startswith(f"{href}/"),
        )
        for endpoint, label, icon in by_role.get(role, [])
    ]


def offline_nav(current: str) -> list[NavItem]:
    """Return the two areas that open without a connection."""
    areas = [("diary.today", _("Log"), "log"), ("charts.progress", _("Progress"), "progress")]
    return [
        NavItem(endpoint=endpoint, href=url_for(endpoint), label=label, icon=icon, current=endpoint == current)
        for endpoint, label, icon in areas
    ]
