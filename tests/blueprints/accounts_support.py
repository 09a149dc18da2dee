"""Steps of the account flows, as a browser takes them: pages are read, forms are filled in, mails are built."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from flask_security.proxies import _security
from sqlalchemy import select

from firststep.extensions import db
from firststep.mail.kinds import BUILDERS
from firststep.mail.message import Letter
from firststep.models import OutboxMail, User
from tests.cast import NOW, Browser, sign_in
from tests.factories import PASSWORD

SIGN_UP = {
    "role": "patient",
    "name": "Eva",
    "email": "eva@example.com",
    "password": PASSWORD,
    "time_zone": "Europe/Berlin",
    "terms": "y",
    "privacy": "y",
    "health_data": "y",
}


@dataclass(frozen=True)
class Page:
    """A page as a person sees it."""

    soup: BeautifulSoup

    @property
    def heading(self) -> str:
        """Return the main heading."""
        return self.soup.h1.get_text(strip=True)

    @property
    def text(self) -> str:
        """Return all words of the page's main part."""
        return re.sub(r"\s+", " ", self.soup.find("main").get_text(" ", strip=True))


def page(response) -> Page:
    """Read the answer as a page."""
    return Page(BeautifulSoup(response.get_data(as_text=True), "html5lib"))


def visitor(app: Flask) -> Browser:
    """Return the browser of somebody who is not signed in."""
    return sign_in(app, None)


def letters(app: Flask, kind: str, *, now: datetime = NOW) -> list[Letter | None]:
    """Build the mails of the kind that wait in the outbox, in the order in which they were noted."""
    with app.app_context():
        rows = db.session.scalars(select(OutboxMail).where(OutboxMail.kind == kind).order_by(OutboxMail.created_at))
        return [BUILDERS[kind](db.session, row, now) for row in rows]


def letter(app: Flask, kind: str, *, now: datetime = NOW) -> Letter:
    """Return the one mail of the kind that is still wanted."""
    (wanted,) = [built for built in letters(app, kind, now=now) if built is not None]
    return wanted


def link_path(mail: Letter) -> str:
    """Return the path of the mail's button, which is in both parts."""
    (address,) = re.findall(r"http://localhost(/\S+)", mail.text.partition("\n-- \n")[0])
    assert address in mail.html
    return address


def code_of(mail: Letter) -> str:
    """Return the six digits of the mail."""
    (code,) = re.findall(r"\b[0-9]{6}\b", mail.text)
    return code


def make_account(app: Flask, client: FlaskClient, **changes: str) -> str:
    """Sign up and confirm by link; return the address."""
    client.post("/sign-up", data=SIGN_UP | changes)
    client.post(link_path(letter(app, "confirm_address")))
    return (SIGN_UP | changes)["email"]


def enter(client: FlaskClient, email: str, password: str = PASSWORD, **more: str):
    """Send the sign-in form."""
    return client.post("/login", data={"email": email, "password": password, **more})


def app_code(app: Flask, email: str) -> str:
    """Return what the person's authenticator app shows now."""
    with app.app_context():
        secret = db.session.scalars(select(User.tf_totp_secret).where(User.email == email)).one()
        return _security.totp_factory.generate_totp_password(secret)


def set_up_app(app: Flask, client: FlaskClient) -> list[str]:
    """Set up an authenticator app and return the recovery codes."""
    key = page(client.get("/settings/factor/app")).soup.find("code", "secret").get_text().replace("-", "")
    answer = client.post("/settings/factor/app", data={"code": code_for_key(app, key)})
    assert answer.status_code == 200, page(answer).text
    return [item.get_text() for item in page(answer).soup.select(".codes code")]


def code_for_key(app: Flask, key: str) -> str:
    """Return what an app shows that was given this key."""
    from passlib.totp import TOTP

    return TOTP(key=key.replace(" ", "")).generate().token


def forget_last_code(app: Flask, email: str) -> None:
    """Let half a minute pass: the next code is one that was not used before."""
    with app.app_context():
        db.session.scalars(select(User).where(User.email == email)).one().totp_last_counter = None
        db.session.commit()
