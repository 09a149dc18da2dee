"""What goes to one domain of recipients at a time, and how long one that says "not now" is left alone."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from firststep.extensions import db
from firststep.jobs.deliver_mail import deliver_mail
from firststep.mail import delivery
from firststep.mail.domains import MOST_AT_ONCE, Domains
from firststep.services import outbox
from firststep.services.outbox import enqueue
from tests import factories
from tests.cast import NOW, Cast
from tests.support.mails import rows, send_all
from tests.support.smtp import Post, post

__all__ = ["post"]


class Timer:
    """A clock that the test moves, in seconds."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def timer() -> Timer:
    return Timer()


def refuse(domains: Domains, times: int, error: str = "recipient_450") -> None:
    for _ in range(times):
        domains.begin("slow.example")
        domains.end("slow.example", error)


def make_mails(app: Flask, *addresses: str) -> None:
    with app.app_context():
        for address in addresses:
            user = factories.make_user(db.session, address, "patient")
            enqueue(db.session, kind="password_changed", now=NOW, user_id=user.id)
        db.session.commit()


def test_so_many_mails_are_on_their_way_to_one_domain_and_no_more(timer: Timer) -> None:
    domains = Domains(timer=timer)
    for _ in range(MOST_AT_ONCE):
        assert domains.closed() == []
        domains.begin("a.example")
    domains.begin("b.example")
    assert domains.closed() == ["a.example"]
    domains.end("a.example")
    assert domains.closed() == []


def test_a_domain_gets_as_many_mails_a_minute_as_the_operator_says(timer: Timer) -> None:
    domains = Domains(per_minute=3, timer=timer)
    for _ in range(3):
        assert domains.closed() == []
        domains.begin("a.example")
        domains.end("a.example")
        timer.now += 10
    assert domains.closed() == ["a.example"]
    timer.now += 29.9
    assert domains.closed() == ["a.example"]
    timer.now += 0.1
    assert domains.closed() == []


def test_the_rest_begins_at_421_or_after_ten_refusals_and_grows(timer: Timer) -> None:
    domains = Domains(timer=timer)
    refuse(domains, 9)
    assert domains.closed() == []
    refuse(domains, 1)
    for seconds in (60, 120, 240, 480, 900, 900):
        assert domains.closed() == ["slow.example"]
        timer.now += seconds - 0.1
        assert domains.closed() == ["slow.example"]
        timer.now += 0.1
        assert domains.closed() == []
        refuse(domains, 1, "recipient_421")


def test_a_mail_that_is_taken_ends_the_count_and_what_is_not_the_domains_matter_does_not_count(timer: Timer) -> None:
    domains = Domains(timer=timer)
    refuse(domains, 9)
    domains.begin("slow.example")
    domains.end("slow.example")
    refuse(domains, 9, "content_451")
    refuse(domains, 20, "sender_421")
    refuse(domains, 20, "network_TimeoutError")
    refuse(domains, 20, "recipient_550")
    refuse(domains, 20, "build_KeyError")
    assert domains.closed() == []


def test_a_domain_that_hangs_leaves_a_lane_and_everybody_else_is_served(
    app: Flask, cast: Cast, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = [f"p{number}@slow.example" for number in range(MOST_AT_ONCE + 1)]
    others = [f"p{number}@other{number}.example" for number in range(8)]
    make_mails(app, *slow, *others)
    post.on_recipient = {address: ["hang"] for address in slow}
    monkeypatch.setattr(delivery, "MAIL_SECONDS", 6.0)
    begin = time.monotonic()
    assert send_all(app, post) == Counter(sent=8, put_off=MOST_AT_ONCE + 1)
    assert sorted(post.recipients) == sorted(others)
    assert max(post.taken_at) - begin < 6.0, "before the first hanging one was given up"


def test_a_domain_that_says_421_is_left_alone_and_the_others_are_not(app: Flask, cast: Cast, post: Post) -> None:
    slow = [f"p{number}@slow.example" for number in range(5)]
    make_mails(app, *slow, "a@notslow.example", "b@sub.slow.example")
    post.on_recipient = {address: ["421 too many of you"] for address in slow}
    assert send_all(app, post, lanes=1) == Counter(sent=2, put_off=1)
    assert sorted(post.recipients) == ["a@notslow.example", "b@sub.slow.example"]
    waiting = [row for row in rows(app) if row.state == "queued"]
    assert sorted(row.attempts for row in waiting) == [0, 0, 0, 0, 1]


def test_a_domain_that_is_silent_after_the_last_dot_keeps_the_others_waiting_once(
    app: Flask, cast: Cast, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = [f"p{number}@slow.example" for number in range(8)]
    others = [f"p{number}@other{number}.example" for number in range(12)]
    make_mails(app, *slow, *others)
    post.silent = {"slow.example"}
    limit = 4.0
    monkeypatch.setattr(delivery, "MAIL_SECONDS", limit)
    begin = time.monotonic()
    outcomes = send_all(app, post)
    assert sorted(post.recipients) == sorted(others)
    assert max(post.taken_at) - begin < 2 * limit, "before a second one could be given up"
    errors = Counter(row.last_error for row in rows(app) if row.state == "queued")
    assert errors["network_silent"] == 1
    # Those that were on their way wait with it, and the others were not tried.
    assert outcomes == Counter(sent=12, put_off=1 + errors["domain_silent"])
    assert errors["domain_silent"] < MOST_AT_ONCE
    assert errors[None] == 8 - outcomes["put_off"]


def test_the_worker_remembers_a_resting_domain_from_round_to_round(
    app: Flask, cast: Cast, post: Post, monkeypatch: pytest.MonkeyPatch, timer: Timer
) -> None:
    monkeypatch.setitem(app.extensions, "mail_domains", Domains(timer=timer))
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], smtp_url=post.url))
    make_mails(app, "p@slow.example")
    post.on_recipient = {"p@slow.example": ["421 too many of you"]}
    later = NOW + timedelta(minutes=1)
    with app.app_context():
        assert deliver_mail(NOW) == Counter(put_off=1)
        app.config["CLOCK"] = lambda: later
        assert deliver_mail(later) == Counter()
        timer.now += 61
        assert deliver_mail(later) == Counter(sent=1)


def test_an_address_of_an_invitation_counts_like_that_of_an_account(app: Flask, cast: Cast) -> None:
    with app.app_context():
        enqueue(db.session, kind="share_invitation", now=NOW, address="x@one.example", parameters={"share": "x"})
        enqueue(db.session, kind="nobody", now=NOW + timedelta(seconds=1))
        db.session.commit()
        for closed, kind in ((["one.example"], "nobody"), ([], "share_invitation")):
            claim = outbox.claim_next(db.session, NOW + timedelta(minutes=1), list_mail=False, but=closed)
            assert claim is not None
            assert claim.kind == kind
        assert claim.domain == "one.example"
