"""``flask --app app demo``: invented people with a year of entries, to look around with."""

from __future__ import annotations

from datetime import datetime, timedelta

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_security.utils import hash_password
from sqlalchemy import func, select

from firststep.extensions import db
from firststep.models import Patient, Practice, Practitioner, User
from firststep.services import consents
from firststep.services.accounts import Wish, confirm_address, create_account
from firststep.services.audit import Actor
from firststep.services.demo import COURSES, write_course
from firststep.services.sharing import Terms, add_active
from firststep.settings import Settings
from firststep.web import clock
from firststep.web.security.setup import security
from firststep.web.trail import sealing_key

PASSWORD = "first-steps-demo"  # noqa: S105 - printed, and only for invented people
ZONE = "Europe/Berlin"


def init_demo_command(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(demo)


@click.command()
@with_appcontext
def demo() -> None:
    """Fill an empty database with three patients, a year of entries each, and one practice."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.environment == "production":
        raise click.ClickException("Demo data does not belong into production; nothing was written.")
    if db.session.scalar(select(func.count()).select_from(User)):
        raise click.ClickException("The database already holds people; demo data goes only into an empty one.")
    now = clock.now()
    patients = [_patient(number, now) for number in range(len(COURSES))]
    practitioner, secret = _practitioner(now)
    for patient, scope in zip(patients, ("notes", "charts", "summary"), strict=True):
        _share(patient, practitioner, scope, now - timedelta(days=90))
    db.session.commit()
    click.echo(f"Three patients ({', '.join(course.email for course in COURSES)}) and one practitioner.")
    click.echo(f"Password of all: {PASSWORD}")
    click.echo(f"Practitioner: cho@demo.example, second factor (TOTP) secret: {secret}")
    click.echo(f"Sign in at {settings.base_url}/login")


def _user(email: str, name: str, role: str, now: datetime) -> User:
    wish = Wish(
        role="patient" if role == "patient" else "practitioner",
        address=email,
        name=name,
        password_hash=hash_password(PASSWORD),
        time_zone=ZONE,
    )
    user = create_account(db.session, wish, now)
    for kind in consents.kinds_at_sign_up(wish.role):
        consents.give_consent(db.session, user.id, kind, now)
    confirm_address(db.session, user, now)
    return user


def _patient(number: int, now: datetime) -> Patient:
    course = COURSES[number]
    user = _user(course.email, course.name, "patient", now)
    patient = db.session.scalars(select(Patient).where(Patient.user_id == user.id)).one()
    write_course(db.session, patient, course, today=clock.local_day(now, ZONE), now=now)
    return patient


def _practitioner(now: datetime) -> tuple[Practitioner, str]:
    user = _user("cho@demo.example", "Dr Cho Demo", "practitioner", now)
    user.tf_primary_method = "authenticator"
    user.tf_totp_secret = security.totp_factory.generate_totp_secret()
    practitioner = db.session.scalars(select(Practitioner).where(Practitioner.user_id == user.id)).one()
    practice = Practice(name="Demo practice", time_zone=ZONE, created_at=now)
    db.session.add(practice)
    db.session.flush()
    practitioner.practice_id, practitioner.practice_role = practice.id, "owner"
    practitioner.profession = "Acupuncturist"
    return practitioner, security.totp_factory.get_totp_pretty_key(user.tf_totp_secret)


def _share(patient: Patient, practitioner: Practitioner, scope: str, then: datetime) -> None:
    """Share as people do, so that the record of looks and shares tells how it began."""
    until_on = clock.local_day(then, ZONE) + timedelta(days=272)
    terms = Terms(scope=scope, until_on=until_on, cohort_use=True)
    actor = Actor(user_id=patient.user_id, name=patient.alias, now=then, key=sealing_key())
    add_active(db.session, actor, patient, practitioner, terms)
