"""``flask --app app user …``: what an operator does with accounts."""

from __future__ import annotations

import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_security import hash_password
from flask_security.proxies import _security

from firststep.extensions import db
from firststep.mail.kept import forget_kept
from firststep.mail.sink import sink_folder
from firststep.models import User
from firststep.services import accounts, erasure
from firststep.services.addresses import BadAddress, canonical_address
from firststep.services.zones import zone_names
from firststep.web import clock
from firststep.web.erasing import finish_erasure
from firststep.web.trail import operator

user = AppGroup("user", help="Add, list, disable and delete accounts, and take away a lost second factor.")


def init_user_commands(app: Flask) -> None:
    """Add the group to the application."""
    app.cli.add_command(user)


@user.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(["patient", "practitioner"]), required=True)
@click.option("--name", required=True)
@click.option("--zone", default="UTC", show_default=True, help="The person's time zone, such as Europe/Berlin.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it.")
def add_user(email: str, role: accounts.Role, name: str, zone: str, *, password_stdin: bool) -> None:
    """Add an account; the address counts as confirmed. No consent is recorded: obtain it yourself."""
    address = _address(email)
    if zone not in zone_names():
        raise click.ClickException(f"There is no time zone {zone!r}.")
    if accounts.find_account(db.session, address) is not None:
        raise click.ClickException(f"{address} has an account.")
    db.session.rollback()
    wish = accounts.Wish(
        role=role, address=address, name=name, password_hash=_new_password_hash(password_stdin), time_zone=zone
    )
    now = clock.now()
    accounts.confirm_address(db.session, accounts.create_account(db.session, wish, now), now)
    db.session.commit()
    click.echo(f"Added {address} as a {role}.")


@user.command("list")
def list_users() -> None:
    """List all accounts, one per line: address, role, since when, state, second factor."""
    for person in accounts.all_accounts(db.session):
        factor = "second factor" if accounts.has_any_factor(person) else "no second factor"
        click.echo("\t".join((person.email, person.role, f"{person.created_at:%Y-%m-%d}", _state(person), factor)))


@user.command("disable")
@click.argument("email")
def disable_user(email: str) -> None:
    """Keep somebody out from now on, and end every session; nothing is deleted."""
    person = _account(email)
    accounts.disable_account(db.session, person)
    db.session.commit()
    click.echo(f"{person.email} is disabled and signed out everywhere.")


@user.command("enable")
@click.argument("email")
def enable_user(email: str) -> None:
    """Let somebody in again who was disabled."""
    person = _account(email)
    person.active = True
    db.session.commit()
    click.echo(f"{person.email} can sign in again.")


@user.command("reset-factor")
@click.argument("email")
def reset_factor(email: str) -> None:
    """Take away a lost second factor: app, recovery codes and passkeys. Make sure first who asks."""
    person = _account(email)
    accounts.remove_factors(db.session, person, clock.now())
    db.session.commit()
    click.echo(f"{person.email} has no second factor any more and is signed out everywhere; a mail says so.")


@user.command("delete")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete_user(email: str, *, yes: bool) -> None:
    """Delete an account with its diary, shares and mails, at once and for good.

    Backups keep it until they go; restoring one deletes it again.
    """
    person = _account(email)
    address = person.email
    if not yes:
        db.session.rollback()
        click.confirm(f"Delete {address} and everything that belongs to it?", abort=True)
        person = _account(email)
    erasure.erase_account(db.session, operator(), person)
    db.session.commit()
    forget_kept(sink_folder(current_app.config["SETTINGS"]), address)
    finish_erasure()
    click.echo(f"{address} is deleted. The sealed record of who looked keeps its rows; they hold no entries.")


def _address(email: str) -> str:
    try:
        return canonical_address(email)
    except BadAddress as error:
        raise click.ClickException(f"{email!r} is not one e-mail address.") from error


def _account(email: str) -> User:
    person = accounts.find_account(db.session, _address(email))
    if person is None:
        raise click.ClickException(f"{email} has no account.")
    return person


def _new_password_hash(password_stdin: bool) -> str:
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    complaints, normal = _security.password_util.validate(password, True)
    if complaints:
        raise click.ClickException(" ".join(str(complaint) for complaint in complaints))
    return hash_password(normal)


def _state(person: User) -> str:
    if not person.active:
        return "disabled"
    return "confirmed" if person.confirmed_at else "not confirmed"
