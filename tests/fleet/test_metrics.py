"""The figures for monitoring: what they count, on which port they are, and that nobody's data is in them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from firststep.extensions import db
from firststep.services.outbox import enqueue
from tests.cast import CANARY_EMAIL, CANARY_NAME, CANARY_NOTE, Cast, make_cast
from tests.fleet.test_two_servers import today_op
from tests.support.fleet import Fleet, Program, Visitor, fleet
from tests.support.servers import free_port
from tests.support.smtp import post_office

pytestmark = pytest.mark.sqlite_only


@dataclass
class Watched:
    """A site whose web process and worker are watched."""

    site: Fleet
    people: Cast
    port: int
    figures: int
    worker: Program


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Return the site, on which a few requests were answered."""
    with post_office() as post, fleet(tmp_path_factory.mktemp("watched"), SMTP_URL=post.url + "?starttls=off") as site:
        with site.app.app_context():
            people = make_cast(db.session)
            now = datetime.now(UTC)
            enqueue(db.session, kind="nobody", address="nobody@example.com", now=now)
            # Not before tomorrow: it waits for the whole test.
            enqueue(db.session, kind="nobody", address="late@example.com", now=now, run_at=now + timedelta(days=1))
            db.session.commit()
        figures = free_port()
        web = site.add_web("--metrics", f"127.0.0.1:{figures}")
        yield Watched(site, people, web.port, figures, site.add_worker())


def read(port: int) -> dict[str, float]:
    """Return every sample, by name and labels as they are written."""
    text = Visitor().ask(port, "GET", "/metrics").text
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def sample(samples: dict[str, float], name: str, **labels: str) -> float:
    """Return one figure; 0 when it was not counted yet."""
    return samples.get(f"{name}{sorted(labels.items())}", 0)


def test_requests_are_counted_by_the_pattern_of_their_route(watched: Watched) -> None:
    ana = watched.site.visitor(watched.people.ana_user)
    before = read(watched.figures)
    for _ in range(3):
        entry = today_op(first_step_pain=2)
        assert ana.ask(watched.port, "PUT", f"/diary/ops/{entry['op']}", data=entry).status == 200
    assert ana.ask(watched.port, "GET", "/invitation/canary-token-in-a-path").status in (404, 410)
    assert ana.ask(watched.port, "GET", "/no-such-page-canary").status == 404
    after = read(watched.figures)

    def grew(name: str, **labels: str) -> float:
        return sample(after, name, **labels) - sample(before, name, **labels)

    assert grew("firststep_requests_total", method="PUT", route="/diary/ops/<uuid:op_id>", status="200") == 3
    assert grew("firststep_request_seconds_count", route="/diary/ops/<uuid:op_id>") == 3
    assert grew("firststep_request_seconds_bucket", route="/diary/ops/<uuid:op_id>", le="+Inf") == 3
    assert grew("firststep_requests_total", method="GET", route="-", status="404") == 1


def test_invented_methods_make_no_rows_of_their_own(watched: Watched) -> None:
    for number in range(5):
        Visitor().ask(watched.port, f"CANARY{number}", "/")
    assert "CANARY" not in "".join(read(watched.figures))


def test_nobodys_data_is_in_the_figures(watched: Watched) -> None:
    for user in (watched.people.ana_user, watched.people.cho_user):
        visitor = watched.site.visitor(user)
        for path in ("/log", "/progress", "/settings", "/practice", f"/practice/{watched.people.share}"):
            visitor.ask(watched.port, "GET", path)
    for port in (watched.figures, watched.worker.port):
        text = Visitor().ask(port, "GET", "/metrics").text
        assert "firststep_" in text
        for canary in (CANARY_EMAIL, CANARY_NAME, CANARY_NOTE, str(watched.people.share), "canary", "@"):
            assert canary not in text


def test_the_worker_tells_of_its_jobs_and_of_the_mails_that_wait(watched: Watched) -> None:
    wait_until(lambda: sample(read(watched.worker.port), "firststep_worker_last_round_timestamp_seconds") > 0)
    samples = read(watched.worker.port)
    assert sample(samples, "firststep_outbox_mails", state="queued") == 1
    assert sample(samples, "firststep_outbox_mails", state="failed") == 0
    assert samples["firststep_outbox_oldest_due_seconds[]"] == 0
    assert sample(samples, "firststep_job_runs_total", job="deliver_mail", outcome="done") >= 1
    assert sample(samples, "firststep_job_runs_total", job="deliver_mail", outcome="failed") == 0
    last = samples["firststep_worker_last_round_timestamp_seconds[]"]
    assert abs(time.time() - last) < 60
    wait_until(lambda: read(watched.worker.port)["firststep_worker_last_round_timestamp_seconds[]"] > last)


def test_the_site_itself_has_no_such_page_and_the_other_port_no_other(watched: Watched) -> None:
    assert Visitor().ask(watched.port, "GET", "/metrics").status == 404
    assert Visitor().ask(watched.figures, "GET", "/log").status == 404
    assert Visitor().ask(watched.figures, "GET", "/healthz").text == "ok\n"


def test_what_the_database_refuses_is_counted(watched: Watched) -> None:
    ana = watched.site.visitor(watched.people.ana_user)
    with closing(sqlite3.connect(watched.site.folder / "firststep.db", isolation_level=None)) as other:
        # Another program holds the file for longer than a statement waits.
        other.execute("BEGIN IMMEDIATE")
        entry = today_op(first_step_pain=2)
        assert ana.ask(watched.port, "PUT", f"/diary/ops/{entry['op']}", data=entry).status == 503
        other.execute("ROLLBACK")
    assert sample(read(watched.figures), "firststep_database_errors_total", kind="OperationalError") >= 1


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Return when the condition holds; fail after the time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.2)
