"""What the DNS says about the sender's domain and the addresses that mail leaves from."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from firststep.mail.checks import spf
from firststep.mail.checks.finding import Finding, Verdict
from firststep.mail.checks.names import Names, NoAnswer

# Receivers ignore signatures by shorter keys, and large ones ask for the longer.
_SHORTEST_KEY, _GOOD_KEY = 1024, 2048
_LATER = "Try again where the DNS answers, or name a server: --dns 9.9.9.9"


def check_mailbox(names: Names, domain: str) -> Iterator[Finding]:
    """Look for a server that takes answers and bounces for the sender."""
    try:
        exchangers = names.exchangers(domain)
        addresses = [] if exchangers else names.addresses(domain)
    except NoAnswer as error:
        yield Finding(subject="MX", verdict="unknown", seen=f"{error}.", todo=_LATER)
        return
    if exchangers == [""]:
        seen = f"{domain} says by a null MX that it takes no mail: bounces are lost, and many refuse such a sender."
        yield Finding(subject="MX", verdict="mend", seen=seen, todo=f"Publish the MX record of a mailbox at {domain}.")
    elif exchangers:
        yield Finding(subject="MX", verdict="good", seen=f"Mail to {domain} goes to {', '.join(exchangers)}.")
    elif addresses:
        seen = f"{domain} has no MX record; mail to it goes to {', '.join(addresses)}."
        yield Finding(subject="MX", verdict="look", seen=seen, todo="Publish an MX record.")
    else:
        seen = f"{domain} has neither an MX record nor an address: bounces are lost, and many refuse such a sender."
        yield Finding(subject="MX", verdict="mend", seen=seen, todo=f"Publish the MX record of a mailbox at {domain}.")


def check_spf(names: Names, domain: str, addresses: Sequence[str], *, surely: bool) -> Iterator[Finding]:
    """Look whether the domain lets the addresses send; ``surely``: they are known to be those mail leaves from."""
    try:
        found = spf.records(names, domain)
        if len(found) != 1:
            yield _no_single_spf(domain, found)
            return
        yield from _record_as_such(found[0])
        for address in addresses:
            result, why = spf.evaluate(names, domain, address)
            yield _spf_result(domain, address, result, why, surely=surely)
    except NoAnswer as error:
        yield Finding(subject="SPF", verdict="unknown", seen=f"{error}.", todo=_LATER)
        return
    if not addresses:
        seen = f"{domain} publishes {found[0]!r}; which address mail leaves from is not known here."
        yield Finding(subject="SPF", verdict="unknown", seen=seen, todo="Name it: --address 203.0.113.5")


def _no_single_spf(domain: str, found: list[str]) -> Finding:
    if found:
        seen = f"{domain} has {len(found)} SPF records, which makes all of them void."
        return Finding(subject="SPF", verdict="mend", seen=seen, todo="Join them into one TXT record.")
    todo = f'Publish a TXT record at {domain}: "v=spf1 … -all", with what your relay\'s handbook names in the middle.'
    return Finding(subject="SPF", verdict="mend", seen=f"{domain} has no SPF record.", todo=todo)


def _record_as_such(record: str) -> Iterator[Finding]:
    last = record.split()[-1].lower()
    if last in ("+all", "all"):
        seen = f"The record ends in {last!r}: it lets everybody send in your name."
        yield Finding(subject="SPF", verdict="mend", seen=seen, todo='End it in "-all" or "~all".')


def _spf_result(domain: str, address: str, result: spf.Result, why: str, *, surely: bool) -> Finding:
    if result == "pass":
        return Finding(subject="SPF", verdict="good", seen=f"{domain} lets {address} send.")
    if result == "broken":
        return Finding(subject="SPF", verdict="mend", seen=f"The record is broken: {why}.", todo="Mend the record.")
    if result == "undecided":
        todo = "Look at Authentication-Results in a mail that arrived: --received FILE"
        return Finding(subject="SPF", verdict="unknown", seen=f"The record cannot be judged here: {why}.", todo=todo)
    seen = f"{domain} does not let {address} send ({result})."
    if surely:
        return Finding(subject="SPF", verdict="mend", seen=seen, todo="Add it to the record, or what your relay names.")
    todo = "All right if your relay sends from other addresses: name one of them with --address."
    return Finding(subject="SPF", verdict="look", seen=seen, todo=todo)


def check_dkim(names: Names, domain: str, selectors: Sequence[str]) -> Iterator[Finding]:
    """Look at the keys with which the relay signs; the DNS cannot be asked which there are."""
    if not selectors:
        seen = "Which key the relay signs with is not known here."
        todo = "Name its selector (--selector NAME), or give a mail that arrived (--received FILE)."
        yield Finding(subject="DKIM", verdict="unknown", seen=seen, todo=todo)
    for selector in selectors:
        name = f"{selector}._domainkey.{domain}"
        try:
            found = names.texts(name)
        except NoAnswer as error:
            yield Finding(subject="DKIM", verdict="unknown", seen=f"{error}.", todo=_LATER)
            continue
        keys = [tags for text in found if "p" in (tags := tags_of(text))]
        if keys:
            yield _key_finding(name, keys[0])
        else:
            todo = "Publish the TXT record that your relay shows for this selector, or have it sign with another one."
            yield Finding(subject="DKIM", verdict="mend", seen=f"{name} holds no key.", todo=todo)


def _key_finding(name: str, tags: dict[str, str]) -> Finding:
    kind, text = tags.get("k", "rsa").lower(), "".join(tags["p"].split())
    if not text:
        todo = "Sign with a newer selector, and publish its key."
        return Finding(subject="DKIM", verdict="mend", seen=f"The key at {name} is revoked.", todo=todo)
    if kind == "ed25519":
        todo = "Sign with an RSA key of 2048 bits as well: not every receiver knows this kind."
        return Finding(subject="DKIM", verdict="look", seen=f"The key at {name} is an Ed25519 one.", todo=todo)
    bits = _bits(text)
    verdict: Verdict = "good" if bits >= _GOOD_KEY else "look" if bits >= _SHORTEST_KEY else "mend"
    seen = f"The key at {name} has {bits} bits." if bits else f"What {name} holds is no RSA key."
    return Finding(
        subject="DKIM", verdict=verdict, seen=seen, todo="" if verdict == "good" else f"Make one of {_GOOD_KEY} bits."
    )


def _bits(text: str) -> int:
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        return 0
    return key.key_size if isinstance(key, RSAPublicKey) else 0


def check_dmarc(names: Names, domain: str, envelope: str) -> Iterator[Finding]:
    """Look for the policy of the domain, or of one above it, and whether the envelope's sender is aligned with it."""
    labels = domain.split(".")
    try:
        # The domain itself, then those above it, as RFC 9989 walks up the tree.
        for above in range(max(1, len(labels) - 1)):
            holder = ".".join(labels[above:])
            found = [text for text in names.texts(f"_dmarc.{holder}") if tags_of(text).get("v", "").lower() == "dmarc1"]
            if found:
                yield from _policy(domain, envelope, holder, found)
                return
    except NoAnswer as error:
        yield Finding(subject="DMARC", verdict="unknown", seen=f"{error}.", todo=_LATER)
        return
    todo = f'Publish a TXT record at _dmarc.{domain}: "v=DMARC1; p=none; rua=mailto:you@…", and tighten it later.'
    seen = f"Neither {domain} nor a domain above it has a policy."
    yield Finding(subject="DMARC", verdict="mend", seen=seen, todo=todo)


def _policy(domain: str, envelope: str, holder: str, found: list[str]) -> Iterator[Finding]:
    tags = tags_of(found[0])
    wish = tags.get("p", "") if holder == domain else tags.get("sp", tags.get("p", ""))
    if len(found) > 1 or wish not in ("none", "quarantine", "reject"):
        seen = f"_dmarc.{holder} holds {len(found)} records, or one without a policy p=."
        todo = "Keep one record, with p=none, quarantine or reject."
        yield Finding(subject="DMARC", verdict="mend", seen=seen, todo=todo)
        return
    fits = domain == envelope if tags.get("aspf") == "s" else is_aligned(envelope, domain)
    spf_counts = "is aligned with From" if fits else f"({envelope}) is not aligned with From, so only DKIM counts"
    strict = " Strict: the signature must be of the very same domain." if tags.get("adkim") == "s" else ""
    seen = f"The policy of {holder} for {domain} is {wish!r}; the envelope's sender {spf_counts}.{strict}"
    if wish == "none":
        yield Finding(
            subject="DMARC",
            verdict="look",
            seen=seen,
            todo="Forged mail in your name still passes: go on to p=quarantine once SPF and DKIM pass.",
        )
    else:
        yield Finding(subject="DMARC", verdict="good", seen=seen)


def check_reverse(names: Names, addresses: Sequence[str], *, surely: bool) -> Iterator[Finding]:
    """Look whether each address has a name that leads back to it."""
    for address in addresses:
        try:
            given = names.names_of(address)
            back = [name for name in given if address in names.addresses(name)]
        except NoAnswer as error:
            yield Finding(subject="PTR", verdict="unknown", seen=f"{error}.", todo=_LATER)
            continue
        if back:
            yield Finding(subject="PTR", verdict="good", seen=f"{address} is {back[0]}, and {back[0]} is {address}.")
            continue
        seen = f"{address} is called {given[0]}, which does not lead back." if given else f"{address} has no name."
        todo = "Have the owner of the address set its PTR to the sending host's name, and that name to the address."
        yield Finding(subject="PTR", verdict="mend" if surely else "look", seen=seen, todo=todo)
    if not addresses:
        seen = "Which address mail leaves from is not known here."
        yield Finding(subject="PTR", verdict="unknown", seen=seen, todo="Name it: --address 203.0.113.5")


def is_aligned(one: str, other: str) -> bool:
    """Tell whether a domain is another, below or above it: close to what relaxed alignment asks for."""
    with_dots = f".{one.lower()}", f".{other.lower()}"
    return "." in one and (with_dots[0].endswith(with_dots[1]) or with_dots[1].endswith(with_dots[0]))


def tags_of(text: str) -> dict[str, str]:
    """Return the ``name=value`` pairs of a DKIM or DMARC record, names in lower case."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}
