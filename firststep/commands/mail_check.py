"""``flask --app app mail check``: whether mail of this installation arrives and is believed."""

from __future__ import annotations

import json
from dataclasses import asdict
from ipaddress import ip_address
from typing import BinaryIO

import click
from flask import current_app
from flask.cli import with_appcontext

from firststep.mail.checks.everything import check_mail
from firststep.mail.checks.finding import Finding
from firststep.mail.checks.names import Names
from firststep.web import clock

_MARKS = {"good": "good", "mend": "MEND", "look": "look", "unknown": "?"}
# Something to mend, and nothing of the kind but not everything could be looked at.
_SOMETHING_TO_MEND, _NOT_EVERYTHING = 1, 3


def _addresses(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(str(ip_address(value)) for value in values)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from None


@click.command()
@click.option("--selector", "selectors", multiple=True, help="DKIM selector that the relay signs with; repeatable.")
@click.option(
    "--address", "addresses", multiple=True, callback=_addresses, help="IP that mail leaves from; repeatable."
)
@click.option("--received", type=click.File("rb"), help="A mail of ours as it arrived, with all headers; - is stdin.")
@click.option("--dns", default="", help="Ask this name server, like 9.9.9.9, instead of the machine's own.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def check(
    selectors: tuple[str, ...], addresses: tuple[str, ...], received: BinaryIO | None, dns: str, as_json: bool
) -> None:
    """Look at DNS, SMTP server and headers, and say what to do; sends nothing.

    Ends with 0 when all is good, 1 when something is to mend, 3 when only something could not be looked at.
    """
    raw = received.read() if received else None
    found = list(
        check_mail(
            current_app.config["SETTINGS"],
            _name_server(dns),
            addresses=addresses,
            selectors=selectors,
            received=raw,
            now=clock.now(),
        )
    )
    click.echo(json.dumps([asdict(finding) for finding in found], indent=2) if as_json else _in_lines(found))
    verdicts = {finding.verdict for finding in found}
    if "mend" in verdicts:
        raise SystemExit(_SOMETHING_TO_MEND)
    if "unknown" in verdicts:
        raise SystemExit(_NOT_EVERYTHING)


def _name_server(dns: str) -> Names:
    try:
        return Names(dns)
    except ValueError:
        raise click.BadParameter(f"{dns!r} is no address of a name server.", param_hint="--dns") from None


def _in_lines(found: list[Finding]) -> str:
    lines = []
    for finding in found:
        lines.append(f"{_MARKS[finding.verdict]:5} {finding.subject:8} {finding.seen}")
        if finding.todo:
            lines.append(f"{'':14} -> {finding.todo}")
    return "\n".join(lines)
