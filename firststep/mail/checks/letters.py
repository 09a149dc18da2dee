"""The headers of list mail, in the raw bytes of a sample of ours and of a mail that arrived somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from uuid import uuid4

from firststep.mail.checks.finding import Finding
from firststep.mail.checks.records import is_aligned, tags_of
from firststep.mail.message import Letter, Sender, to_bytes
from firststep.mail.unsubscribing import unsubscribe_link

_LONGEST_LINE = 998
_MUST_BE_SIGNED = ("from", "list-unsubscribe", "list-unsubscribe-post")
_RESULT = re.compile(r"\b(spf|dkim|dmarc)=([a-z]+)")


def sample_letter(sender: Sender, now: datetime) -> bytes:
    """Return the bytes of a list mail as a worker writes it, to nobody."""
    letter = Letter(
        to=sender.address,
        subject="A sample",
        text="Only looked at, never sent.\n",
        html="<p>Only looked at, never sent.</p>",
        kind="weekly_summary",
        list_unsubscribe=unsubscribe_link(uuid4(), "weekly_summary"),
    )
    return to_bytes(letter, sender=sender, message_id=uuid4().hex, now=now)


def check_headers(raw: bytes) -> Iterator[Finding]:
    """Look whether providers can show their own unsubscribe button, and programs tell that nobody wrote by hand."""
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii", "replace").split("\r\n")
    lines = dict(line.split(": ", 1) for line in head if ": " in line and not line.startswith((" ", "\t")))
    link = lines.get("List-Unsubscribe", "")
    if not re.fullmatch(r"<https?://[^\s<>?=]+>(?:, <mailto:[^\s<>]+>)?", link):
        yield _wrong("List-Unsubscribe is not in one piece in the bytes of a mail.")
    elif not link.startswith("<https://"):
        seen = "List-Unsubscribe is whole, but its address begins with http://: providers show no button."
        yield Finding(subject="Headers", verdict="mend", seen=seen, todo="Set BASE_URL to the https:// address.")
    elif lines.get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click":
        yield _wrong("List-Unsubscribe-Post is missing.")
    else:
        seen = "List-Unsubscribe and List-Unsubscribe-Post are whole in the bytes of a mail."
        yield Finding(subject="Headers", verdict="good", seen=seen)
    missing = [name for name in ("List-Id", "Auto-Submitted", "Message-ID", "Date") if name not in lines]
    if missing:
        yield _wrong(f"{', '.join(missing)} missing.")
    elif max(map(len, raw.split(b"\r\n"))) > _LONGEST_LINE:
        yield _wrong("A line is longer than servers must take.")
    else:
        yield Finding(subject="Headers", verdict="good", seen="List-Id, Auto-Submitted and Message-ID are there.")


def check_received(raw: bytes, domain: str) -> tuple[list[Finding], list[str]]:
    """Look at the signatures of a mail as it arrived; return what was found, and the selectors of our domain's keys."""
    message = message_from_bytes(raw, policy=policy.default)
    signatures = [tags_of("".join(str(value).split())) for value in message.get_all("DKIM-Signature", [])]
    ours = [tags for tags in signatures if is_aligned(tags.get("d", ""), domain)]
    found = [*_signature_findings(signatures, ours, domain), *_results(message.get_all("Authentication-Results", []))]
    return found, [tags["s"] for tags in ours if tags.get("d", "").lower() == domain and tags.get("s")]


def _signature_findings(signatures: list[dict[str, str]], ours: list[dict[str, str]], domain: str) -> Iterator[Finding]:
    if not ours:
        by = ", ".join(tags.get("d", "?") for tags in signatures)
        seen = f"The mail is signed by {by} only, not by {domain}." if by else "The mail carries no DKIM signature."
        todo = f"Have the relay sign as {domain}, or put a signing server in between."
        yield Finding(subject="DKIM", verdict="mend", seen=seen, todo=todo)
        return
    for tags in ours:
        signed = tags.get("h", "").lower().split(":")
        left_out = [name for name in _MUST_BE_SIGNED if name not in signed]
        if left_out:
            seen = f"The signature by {tags['d']} does not cover {', '.join(left_out)}: providers show no button."
            todo = "Have the relay sign these headers too (OpenDKIM: OversignHeaders or SignHeaders)."
            yield Finding(subject="DKIM", verdict="mend", seen=seen, todo=todo)
        else:
            seen = f"The signature by {tags['d']} covers From, List-Unsubscribe and List-Unsubscribe-Post."
            yield Finding(subject="DKIM", verdict="good", seen=seen)


def _results(headers: list[str]) -> Iterator[Finding]:
    """Tell what the receiver's own server found; its header is the first one."""
    for name, result in _RESULT.findall(str(headers[0]).lower()) if headers else []:
        seen = f"The server that took the mail found {name}={result}."
        good = result == "pass"
        todo = "" if good else "See the finding about it here; a mail sent on by others may fail without your doing."
        yield Finding(subject=name.upper(), verdict="good" if good else "mend", seen=seen, todo=todo)


def _wrong(seen: str) -> Finding:
    todo = "This is a fault of the program or of a library that it stands on; please report it."
    return Finding(subject="Headers", verdict="mend", seen=seen, todo=todo)
