"""A real SMTP server that offers STARTTLS and asks for a password, at an address that is not "this machine"."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

# Of the loopback network, and none of the names at which the product leaves TLS out.
HOST = "127.0.0.2"


@dataclass(frozen=True, kw_only=True)
class SecureServer:
    """Where it listens, and the certificate to trust."""

    port: int
    certificate: Path

    def url(self, password: str) -> str:
        """Return the address as SMTP_URL has it."""
        return f"smtp://steps:{password}@{HOST}:{self.port}"


def can_listen() -> bool:
    """Tell whether this machine has the address; macOS has only one of the loopback network."""
    try:
        socket.create_server((HOST, 0)).close()
    except OSError:
        return False
    return True


@contextmanager
def secure_server(folder: Path, *, tls: bool = True) -> Iterator[SecureServer]:
    """Run the server for the length of this block; without ``tls`` it offers no STARTTLS."""
    certificate = _certificate(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    loop = asyncio.new_event_loop()
    bound = socket.create_server((HOST, 0))

    def make() -> SMTP:
        more = {"tls_context": context, "require_starttls": True} if tls else {"auth_require_tls": False}
        return SMTP(None, hostname="localhost", loop=loop, authenticator=_authenticate, **more)

    server = loop.run_until_complete(loop.create_server(make, sock=bound))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield SecureServer(port=bound.getsockname()[1], certificate=certificate)
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        loop.close()


def _authenticate(_server: object, _session: object, _envelope: object, _method: str, login: object) -> AuthResult:
    assert isinstance(login, LoginPassword)
    return AuthResult(success=(login.login, login.password) == (b"steps", b"right"), handled=False)


def _certificate(folder: Path) -> Path:
    key: RSAPrivateKey = generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail for tests")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .sign(key, SHA256())
    )
    file = folder / "mail.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return file
