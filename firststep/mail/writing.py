"""Letters from templates: subject, text part and HTML part of one kind, in the reader's language."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

import mrml
from flask import Flask, current_app
from flask_babel import force_locale
from jinja2 import Template

from firststep.mail.message import Letter
from firststep.settings import Settings
from firststep.web.language import spoken

# What a mail's own MJML replaces in the common frame.
_SLOT = "<!-- letter -->"


def mail_settings() -> Settings:
    """Return the settings of the application that is running."""
    return cast(Settings, current_app.config["SETTINGS"])


def link_to(endpoint: str, **values: Any) -> str:
    """Return the full address of a page, as the public knows it; no request is needed."""
    base = urlsplit(mail_settings().base_url)
    return current_app.url_map.bind(base.netloc, url_scheme=base.scheme).build(endpoint, values, force_external=True)


def write_letter(
    kind: str, *, to: str, locale: str, preheader: str = "", list_unsubscribe: str | None = None, **context: Any
) -> Letter:
    """Return the letter that ``templates/mail/<kind>.{subject.txt,txt,mjml}`` describe.

    The three share ``context``; ``preheader`` is what a list of mails shows after the subject.
    """
    environment, locale = current_app.jinja_env, spoken(locale)
    context |= {"locale": locale, "preheader": preheader, "unsubscribe_url": list_unsubscribe, "to": to}
    context["language"] = locale.replace("_", "-")
    context["home_url"] = mail_settings().base_url
    context["settings_url"] = link_to("digest.preferences")
    with force_locale(locale):
        subject = environment.get_template(f"mail/{kind}.subject.txt").render(context).strip()
        context["subject"] = subject
        body = environment.get_template(f"mail/{kind}.txt").render(context).strip()
        foot = environment.get_template("mail/_foot.txt").render(context).strip()
        html = _html_template(current_app, kind).render(context)
    return Letter(
        to=to, subject=subject, text=f"{body}\n\n-- \n{foot}\n", html=html, kind=kind, list_unsubscribe=list_unsubscribe
    )


def _html_template(app: Flask, kind: str) -> Template:
    """Return the kind's HTML as a template: MJML is compiled once, and never sees what people typed."""
    compiled: dict[str, Template] = app.extensions.setdefault("mail_html", {})
    if kind not in compiled:
        # Without a file name Flask's rule switches escaping on.
        compiled[kind] = app.jinja_env.from_string(compile_mjml(app, kind))
    return compiled[kind]


def compile_mjml(app: Flask, kind: str) -> str:
    """Return the frame with the kind's own part as HTML that still holds its placeholders."""
    source = _source(app, "_frame").replace(_SLOT, _source(app, kind))
    # A word of English that screen readers say before every mail.
    return mrml.to_html(source).content.replace(' aria-roledescription="email"', "")


def _source(app: Flask, name: str) -> str:
    loader = app.jinja_env.loader
    assert loader is not None
    return loader.get_source(app.jinja_env, f"mail/{name}.mjml")[0]
