"""A finished mail, and its exact bytes on the wire."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

# For headers: the usual width folds a long List-Unsubscribe address into encoded words, which no provider reads as a
# link.
_WIRE = SMTP.clone(max_line_length=998)
# Quoted-printable text has at most 76 characters a line (RFC 2045).
_BODIES = SMTP.clone(max_line_length=76)
_BASE64_LINE = 76


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A PNG that travels inside a mail, so that nothing is fetched; ``width_px`` is how wide it is shown."""

    content_id: str
    name: str
    png: bytes
    width_px: int
    alt: str

    @property
    def src(self) -> str:
        """Return the address under which the mail's HTML part shows it."""
        return f"cid:{self.content_id}"

    @property
    def data_url(self) -> str:
        """Return the picture itself as an address, for a page that shows the mail."""
        return f"data:image/png;base64,{b64encode(self.png).decode()}"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What one person is to read; with ``list_unsubscribe`` it is list mail, without it account mail."""

    to: str
    subject: str
    text: str
    html: str
    kind: str
    list_unsubscribe: str | None = None
    # Of our own, beside those that every mail has; they say nothing about health either.
    headers: tuple[tuple[str, str], ...] = ()
    picture: Picture | None = None


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who writes: the header line, the envelope's address and the domain of ids."""

    header: str
    address: str
    domain: str


def parse_sender(mail_from: str) -> Sender:
    """Return the sender that a setting such as ``Name <name@example.org>`` means."""
    address = parseaddr(mail_from)[1]
    return Sender(header=mail_from, address=address, domain=address.rpartition("@")[2])


def to_bytes(letter: Letter, *, sender: Sender, message_id: str, now: datetime) -> bytes:
    """Return the mail as it goes over the wire; a line break in a header raises ValueError."""
    message = EmailMessage(policy=_WIRE)
    message["From"] = sender.header
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = now
    message["Message-ID"] = f"<{message_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.list_unsubscribe:
        message["List-Id"] = f"<{letter.kind.replace('_', '-')}.{sender.domain}>"
        message["List-Unsubscribe"] = f"<{letter.list_unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    for name, value in letter.headers:
        message[name] = value
    message.policy = _BODIES
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.picture is None:
        return message.as_bytes(policy=_WIRE)
    _make_room(letter.picture, message)
    return _filled(message.as_bytes(policy=_WIRE), letter.picture)


def _make_room(picture: Picture, message: EmailMessage) -> None:
    """Bind a picture to the HTML part alone: who reads the text is offered no attachment. Its id stands for it."""
    html = message.get_body(preferencelist=("html",))
    assert isinstance(html, EmailMessage)
    html.make_related()
    html.set_param("type", "text/html")
    part = EmailMessage(policy=_BODIES)
    part["Content-Type"] = "image/png"
    part["Content-Transfer-Encoding"] = "base64"
    part["Content-Disposition"] = f'inline; filename="{picture.name}"'
    part["Content-ID"] = f"<{picture.content_id}>"
    part.set_payload(picture.content_id)
    html.attach(part)


def _filled(raw: bytes, picture: Picture) -> bytes:
    """Return the mail with the picture in its room: the email package looks at each of its thousand lines twice."""
    encoded = b64encode(picture.png)
    lines = b"\r\n".join(encoded[begin : begin + _BASE64_LINE] for begin in range(0, len(encoded), _BASE64_LINE))
    before, room, after = raw.partition(f"\r\n\r\n{picture.content_id}\r\n".encode("ascii"))
    if not room:
        raise ValueError("the mail has no room for its picture")
    return b"".join((before, b"\r\n\r\n", lines, b"\r\n", after))
