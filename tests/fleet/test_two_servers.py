"""What one web process does holds at once on the other: sessions, limits, what was written, and what is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup

from firststep.extensions import db
from firststep.models import FootDay
from tests.cast import Cast
from tests.factories import PASSWORD
from tests.support.fleet import Answer, Fleet, Visitor

pytestmark = pytest.mark.sqlite_only


def ports(site: Fleet) -> tuple[int, int]:
    """Return the ports of the two."""
    one, other = site.webs
    return one.port, other.port


def signed_in(visitor: Visitor, port: int, email: str, password: str = PASSWORD) -> Answer:
    """Send the sign-in form to the process on the port, as the page there has it."""
    page = BeautifulSoup(visitor.ask(port, "GET", "/login").text, "html5lib")
    visitor.csrf = str(page.select_one("meta[name=csrf-token]")["content"])
    return visitor.ask(port, "POST", "/login", form={"email": email, "password": password})


def today_op(days_ago: int = 0, **sets: int) -> dict[str, object]:
    """Return an entry for the day that it is everywhere on earth or was a moment ago, or for one before it."""
    day = (datetime.now(UTC) - timedelta(hours=12, days=days_ago)).date().isoformat()
    return {"op": str(uuid4()), "v": 1, "day": day, "foot": "right", "set": sets}


def test_a_session_of_one_holds_on_the_other_and_ends_on_both(site: Fleet, people: Cast) -> None:
    one, other = ports(site)
    ana = Visitor()
    assert signed_in(ana, one, "ana@example.com").status == 302
    for port in (one, other):
        assert ana.ask(port, "GET", "/settings").status == 200
    kept = Visitor(cookie=ana.cookie)
    page = BeautifulSoup(ana.ask(other, "GET", "/settings").text, "html5lib")
    ana.csrf = str(page.select_one("meta[name=csrf-token]")["content"])
    assert ana.ask(other, "POST", "/logout").status in (302, 303)
    # The cookie that was copied before is worth nothing any more, on neither.
    for port in (one, other):
        assert kept.ask(port, "GET", "/settings").headers["Location"].startswith("/login")


def test_tries_are_counted_together(site: Fleet, people: Cast) -> None:
    one, other = ports(site)
    tried: list[int] = []
    for number in range(11):
        tried.append(signed_in(Visitor(), (one, other)[number % 2], "ana@example.com", "a wrong password").status)
    # Ten for one account from one network; counted apart there would be twenty.
    assert tried == [422] * 10 + [429]
    for port in (one, other):
        refused = signed_in(Visitor(), port, "ana@example.com")
        assert refused.status == 429
        assert int(refused.headers["Retry-After"]) > 0
    assert signed_in(Visitor(), other, "ben@example.com").status == 302


def test_an_entry_to_one_is_on_the_page_of_the_other_and_the_same_op_counts_once(site: Fleet, people: Cast) -> None:
    one, other = ports(site)
    ben = site.visitor(people.ben_user)
    entry = today_op(first_step_pain=7)
    assert ben.ask(one, "PUT", f"/diary/ops/{entry['op']}", data=entry).status == 200
    kept = ben.ask(other, "GET", "/diary/days").json["days"]
    assert any(day["day"] == entry["day"] for day in kept)
    assert ben.ask(other, "PUT", f"/diary/ops/{entry['op']}", data=entry).status == 200
    with site.app.app_context():
        assert db.session.query(FootDay).filter_by(patient_id=people.ben).count() == 1


def test_the_list_of_patients_of_one_shows_what_the_other_stored(site: Fleet, people: Cast) -> None:
    one, other = ports(site)
    ana, cho = site.visitor(people.ana_user), site.visitor(people.cho_user)
    seen = [panel_of(cho, one)]
    for days_ago, port in ((4, one), (2, other), (0, one)):
        # Both have shown the list before, so both could have kept it.
        for looked in (one, other):
            assert cho.ask(looked, "GET", "/practice").status == 200
        # Each further day of the week is one more that the list counts.
        entry = today_op(days_ago, first_step_pain=7)
        assert ana.ask(port, "PUT", f"/diary/ops/{entry['op']}", data=entry).status == 200
        at_one, at_other = panel_of(cho, one), panel_of(cho, other)
        assert at_one == at_other
        seen.append(at_one)
    assert len(set(seen)) == 4


def panel_of(cho: Visitor, port: int, path: str = "/practice") -> str:
    """Return the list, or another page, as it is shown, without the form tokens."""
    answer = cho.ask(port, "GET", path)
    assert answer.status == 200
    page = BeautifulSoup(answer.text, "html5lib")
    for hidden in page.select("input[name=csrf_token]"):
        hidden.decompose()
    return str(page.main)


def test_a_share_that_was_ended_on_one_opens_nothing_on_the_other(site: Fleet, people: Cast) -> None:
    one, other = ports(site)
    ana, cho = site.visitor(people.ana_user), site.visitor(people.cho_user)
    address = f"/practice/{people.share}"
    assert cho.ask(one, "GET", address).status == 200
    assert cho.ask(other, "GET", address).status == 200
    ended = ana.ask(one, "POST", f"/share/{people.share}/stop", form={"csrf_token": ana.csrf})
    assert ended.status in (200, 303)
    assert [cho.ask(port, "GET", address).status for port in (one, other)] == [404, 404]


def test_who_counts_in_a_cohort_is_the_same_on_both(site: Fleet, people: Cast) -> None:
    one, other = ports(site)
    ana, cho = site.visitor(people.ana_user), site.visitor(people.cho_user)
    before = panel_of(cho, one, "/practice/cohort")
    assert panel_of(cho, other, "/practice/cohort") == before
    chosen = ana.ask(other, "POST", f"/share/{people.share}/counting", form={"csrf_token": ana.csrf, "counts": "yes"})
    assert chosen.status in (200, 303)
    after = panel_of(cho, one, "/practice/cohort")
    assert after != before
    assert panel_of(cho, other, "/practice/cohort") == after
