"""`mail check` against a real name server and real SMTP servers: what it finds, what to do, what it cannot know."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from pathlib import Path

import pytest
from click.testing import Result
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask

from firststep.mail.checks import spf
from firststep.mail.checks.letters import check_headers, sample_letter
from firststep.mail.checks.names import Names
from firststep.mail.message import parse_sender
from tests.cast import NOW
from tests.support import secure_smtp
from tests.support.names import Zone, name_server
from tests.support.servers import free_port
from tests.support.smtp import Post, post

__all__ = ["post"]

DOMAIN = "steps.example.org"
ADDRESS = "203.0.113.5"


def key_record(bits: int) -> str:
    der = generate_private_key(65537, bits).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


GOOD_KEY = key_record(2048)


@pytest.fixture
def zone() -> Iterator[Zone]:
    """Return a running name server at which all is as it should be."""
    with name_server() as zone:
        zone.add(DOMAIN, "MX", "10 mx.example.org.")
        zone.add(DOMAIN, "TXT", "something else", f"v=spf1 ip4:{ADDRESS} -all")
        zone.add(f"relay._domainkey.{DOMAIN}", "TXT", GOOD_KEY)
        zone.add("_dmarc.example.org", "TXT", "v=DMARC1; p=quarantine; rua=mailto:a@example.org")
        zone.add("5.113.0.203.in-addr.arpa", "PTR", "out.example.org.")
        zone.add("out.example.org", "A", ADDRESS)
        yield zone


@dataclass
class Check:
    """Runs the command with the settings of a good installation."""

    app: Flask
    zone: Zone

    def run(self, *words: str, address: str = ADDRESS, selector: str = "relay", typed: bytes | None = None) -> Result:
        more = [*(["--address", address] if address else []), *(["--selector", selector] if selector else [])]
        args = ["mail", "check", "--dns", self.zone.address, *more, *words]
        return self.app.test_cli_runner().invoke(args=args, input=typed)

    def finding(self, subject: str, **options: str) -> dict[str, str]:
        found = json.loads(self.run("--json", **options).output)
        return next(one for one in found if one["subject"] == subject)


@pytest.fixture
def check(app: Flask, zone: Zone, post: Post, monkeypatch: pytest.MonkeyPatch) -> Check:
    settings = replace(
        app.config["SETTINGS"],
        smtp_url=post.url,
        mail_from=f"Firststep <hello@{DOMAIN}>",
        base_url=f"https://{DOMAIN}",
    )
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    return Check(app, zone)


def use_smtp(app: Flask, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], smtp_url=url))


def test_a_good_installation_passes_and_nothing_is_sent(check: Check, post: Post) -> None:
    result = check.run()
    assert result.exit_code == 0, result.output
    assert {line[:4] for line in result.output.splitlines()} == {"good"}
    subjects = [line[6:14].strip() for line in result.output.splitlines()]
    assert subjects == ["TLS", "Sender", "MX", "SPF", "DKIM", "DMARC", "PTR", "Headers", "Headers"]
    assert post.raw == []


@pytest.mark.parametrize(
    ("subject", "name", "kind", "values", "seen"),
    [
        ("MX", DOMAIN, "MX", [], "neither an MX record nor an address"),
        ("MX", DOMAIN, "MX", ["0 ."], "null MX"),
        ("SPF", DOMAIN, "TXT", ["nothing of the kind"], "has no SPF record"),
        ("SPF", DOMAIN, "TXT", ["v=spf1 -all", "v=spf1 ~all"], "has 2 SPF records"),
        ("SPF", DOMAIN, "TXT", ["v=spf1 ip4:203.0.113.0/24 +all"], "lets everybody send"),
        ("SPF", DOMAIN, "TXT", ["v=spf1 ip4:198.51.100.1 -all"], "does not let 203.0.113.5 send (fail)"),
        ("SPF", DOMAIN, "TXT", ["v=spf1 ipv4:203.0.113.5 -all"], "is no part of an SPF record"),
        ("SPF", DOMAIN, "TXT", ["v=spf1 include:gone.example -all"], "includes gone.example, which has no SPF record"),
        ("DKIM", f"relay._domainkey.{DOMAIN}", "TXT", [], "holds no key"),
        ("DKIM", f"relay._domainkey.{DOMAIN}", "TXT", ["v=DKIM1; p="], "revoked"),
        ("DKIM", f"relay._domainkey.{DOMAIN}", "TXT", ["v=DKIM1; p=bm90IGEga2V5"], "no RSA key"),
        ("DMARC", "_dmarc.example.org", "TXT", [], "Neither steps.example.org nor a domain above it"),
        ("DMARC", "_dmarc.example.org", "TXT", ["v=DMARC1; p=reject", "v=DMARC1; p=none"], "holds 2 records"),
        ("PTR", "5.113.0.203.in-addr.arpa", "PTR", [], "203.0.113.5 has no name"),
        ("PTR", "out.example.org", "A", ["198.51.100.7"], "out.example.org, which does not lead back"),
    ],
)
def test_what_is_wrong_in_the_dns_is_named_with_what_to_do(
    check: Check, subject: str, name: str, kind: str, values: list[str], seen: str
) -> None:
    del check.zone.records[name, kind]
    if values:
        check.zone.add(name, kind, *values)
    found = check.finding(subject)
    assert seen in found["seen"]
    assert found["verdict"] == "mend"
    assert found["todo"]
    assert check.run().exit_code == 1


@pytest.mark.parametrize(("bits", "verdict"), [(1024, "look"), (2048, "good")])
def test_a_short_key_is_pointed_out(check: Check, bits: int, verdict: str) -> None:
    check.zone.records[f"relay._domainkey.{DOMAIN}", "TXT"] = []
    check.zone.add(f"relay._domainkey.{DOMAIN}", "TXT", key_record(bits))
    found = check.finding("DKIM")
    assert (found["verdict"], f"{bits} bits" in found["seen"]) == (verdict, True)


def test_a_policy_of_none_is_pointed_out_and_nothing_to_mend(check: Check) -> None:
    check.zone.add(f"_dmarc.{DOMAIN}", "TXT", "v=DMARC1; p=none")
    assert check.finding("DMARC")["verdict"] == "look"
    assert check.run().exit_code == 0


def test_what_the_dns_did_not_answer_is_not_called_wrong(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firststep.mail.checks.names._PATIENCE_SECONDS", 0.3)
    check.zone.silent = {DOMAIN, "_dmarc.example.org"}
    check.zone.failing = {f"relay._domainkey.{DOMAIN}", "5.113.0.203.in-addr.arpa"}
    result = check.run()
    assert result.exit_code == 3, result.output
    assert [line[:5].strip() for line in result.output.splitlines() if "did not answer" in line] == ["?"] * 5


def test_what_only_the_operator_knows_is_asked_for(check: Check) -> None:
    result = check.run(address="", selector="")
    assert result.exit_code == 3
    assert "--selector NAME" in result.output
    assert result.output.count("--address 203.0.113.5") == 2


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1 a -all", "pass"),
        ("v=spf1 a:out.example.org/24 -all", "pass"),
        ("v=spf1 mx -all", "fail"),
        ("v=spf1 -ip4:203.0.113.0/24 +ip4:203.0.113.5 ~all", "fail"),
        ("v=spf1 include:inner.example ~all", "pass"),
        ("v=spf1 redirect=inner.example", "pass"),
        ("v=spf1 include:none.example ?all", "neutral"),
        ("v=spf1", "neutral"),
        ("v=spf1 exists:%{i}.list.example -all", "undecided"),
        ("v=spf1 include:loop.example -all", "broken"),
        ("v=spf1 ip4:one.two -all", "broken"),
    ],
)
def test_spf_is_judged_as_a_receiver_does(zone: Zone, record: str, result: str) -> None:
    zone.add("s.example", "TXT", record)
    zone.add("s.example", "A", ADDRESS)
    zone.add("s.example", "MX", "10 mx.example.org.")
    zone.add("mx.example.org", "A", "198.51.100.2")
    zone.add("inner.example", "TXT", f"v=spf1 ip4:{ADDRESS}/31 -all")
    zone.add("none.example", "TXT", "v=spf1 ip4:198.51.100.1 -all")
    zone.add("loop.example", "TXT", "v=spf1 include:loop.example -all")
    assert spf.evaluate(Names(zone.address), "s.example", ADDRESS)[0] == result


def test_bounces_to_another_domain_are_checked_there(
    check: Check, app: Flask, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(app.config["SETTINGS"], bounce_address="b@returns.example.net")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    shown = check.run().output
    assert "returns.example.net has neither an MX record nor an address" in shown
    assert "returns.example.net has no SPF record" in shown
    assert "(returns.example.net) is not aligned with From, so only DKIM counts" in shown
    assert "takes mail from b+" in shown
    near = replace(settings, bounce_address="b@b.steps.example.org")
    monkeypatch.setitem(app.config, "SETTINGS", near)
    assert "the envelope's sender is aligned with From." in check.run().output


def test_a_server_that_is_away_or_refuses_the_sender_is_named(
    check: Check, app: Flask, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.on_sender = ["550 who are you"]
    assert check.finding("Sender")["seen"] == "127.0.0.1 does not take mail from hello@steps.example.org (550)."
    use_smtp(app, monkeypatch, f"smtp://127.0.0.1:{free_port()}")
    found = check.finding("SMTP")
    assert (found["verdict"], "ConnectionRefusedError" in found["seen"]) == ("mend", True)


@pytest.mark.skipif(not secure_smtp.can_listen(), reason="this machine has one loopback address only")
def test_tls_certificate_and_password_are_tried(
    check: Check, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with secure_smtp.secure_server(tmp_path) as server:
        use_smtp(app, monkeypatch, server.url("right"))
        assert "self-signed certificate" in check.finding("TLS")["seen"]
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        assert "its certificate is trusted" in check.finding("TLS")["seen"]
        assert check.finding("Sign-in")["verdict"] == "good"
        use_smtp(app, monkeypatch, server.url("wrong"))
        assert check.finding("Sign-in")["seen"] == "127.0.0.2 does not let us in (535)."
    with secure_smtp.secure_server(tmp_path, tls=False) as server:
        use_smtp(app, monkeypatch, server.url("right"))
        assert "offers no STARTTLS" in check.finding("TLS")["seen"]
        use_smtp(app, monkeypatch, server.url("right") + "?starttls=off")
        assert check.finding("TLS")["verdict"] == "look"


def test_without_a_server_or_a_known_sender_it_says_so(app: Flask, zone: Zone) -> None:
    result = app.test_cli_runner().invoke(args=["mail", "check", "--dns", zone.address])
    assert result.exit_code == 1
    assert "every mail stays on this machine" in result.output
    assert "MAIL_FROM is hello@localhost" in result.output
    assert "begins with http://" in result.output
    assert zone.asked == []


def arrived(app: Flask, signed: str, results: str, by: str = DOMAIN) -> bytes:
    """Return a mail of ours as a receiver's server keeps it."""
    sender = parse_sender(f"Firststep <hello@{DOMAIN}>")
    with app.app_context():
        sample = sample_letter(sender, NOW)
    signature = f"v=1; a=rsa-sha256; d={by};\r\n s=relay; h={signed}; bh=x; b=y"
    head = f"Authentication-Results: mx.example.com; {results}\r\nDKIM-Signature: {signature}\r\n"
    return head.encode() + sample


def test_a_mail_that_arrived_shows_what_was_signed(check: Check) -> None:
    results = "spf=pass smtp.mailfrom=x; dkim=pass header.d=x; dmarc=pass"
    whole = arrived(check.app, "From:To:\r\n List-Unsubscribe:List-Unsubscribe-Post", results)
    result = check.run("--received", "-", selector="", typed=whole)
    assert result.exit_code == 0, result.output
    assert "has 2048 bits" in result.output, "the selector is the mail's"
    left_out = check.run(
        "--received", "-", typed=arrived(check.app, "From:To", results.replace("dkim=pass", "dkim=fail"))
    )
    assert "does not cover list-unsubscribe, list-unsubscribe-post" in left_out.output
    assert "found dkim=fail" in left_out.output
    other = check.run("--received", "-", typed=arrived(check.app, "From", results, by="relay.example.net"))
    assert "signed by relay.example.net only" in other.output
    unsigned = check.run("--received", "-", typed=b"From: a@b.example\r\n\r\nHello")
    assert "carries no DKIM signature" in unsigned.output


@pytest.mark.parametrize(
    ("line", "mended", "seen"),
    [
        (b"List-Unsubscribe: <", b"List-Unsubscribe: =?utf-8?q?=3C", "not in one piece"),
        (b"List-Unsubscribe-Post: ", b"X-Other: ", "List-Unsubscribe-Post is missing"),
        (b"Auto-Submitted: ", b"X-Other: ", "Auto-Submitted missing"),
    ],
)
def test_a_header_that_was_folded_or_is_missing_is_found(
    check: Check, app: Flask, line: bytes, mended: bytes, seen: str
) -> None:
    with app.app_context():
        raw = sample_letter(parse_sender(f"Firststep <hello@{DOMAIN}>"), NOW)
    assert message_from_bytes(raw)["List-Unsubscribe"]
    assert {finding.verdict for finding in check_headers(raw)} == {"good"}
    assert line in raw
    assert any(seen in finding.seen for finding in check_headers(raw.replace(line, mended)))
