"""A Redis that is gone: pages and sign-in go on, guessing stays limited, and mail goes out all the same."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from flask_security import hash_password
from sqlalchemy import update

from firststep.extensions import db
from firststep.models import User
from tests import factories
from tests.fleet.test_two_servers import signed_in
from tests.support.fleet import Fleet, Visitor, fleet
from tests.support.redis import RedisServer, running_redis
from tests.support.smtp import Post, post_office

pytestmark = pytest.mark.sqlite_only

ADDRESS = "ana@example.com"


class Site(NamedTuple):
    """A site with one web process and one worker, and what they use."""

    fleet: Fleet
    port: int
    redis: RedisServer
    post: Post


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Return the site; somebody has an account there."""
    with running_redis() as redis, post_office() as post:
        told = {"HUEY_URL": redis.url(0), "RATELIMIT_STORAGE_URI": redis.url(1), "SMTP_URL": f"{post.url}?starttls=off"}
        with fleet(tmp_path, **told) as site:
            with site.app.app_context():
                factories.make_patient(db.session, ADDRESS)
                db.session.execute(update(User).values(password=hash_password(factories.PASSWORD)))
                db.session.commit()
            web = site.add_web()
            site.add_worker()
            yield Site(site, web.port, redis, post)


def test_mail_goes_out_and_nobody_sees_a_fault(site: Site) -> None:
    site.redis.kill()
    visitor = site.fleet.visitor(None)
    asked = visitor.ask(site.port, "POST", "/reset", form={"csrf_token": visitor.csrf, "email": ADDRESS})
    assert asked.status == 200
    end = time.monotonic() + 30
    while ADDRESS not in site.post.recipients:
        assert time.monotonic() < end, "no mail came"
        time.sleep(0.1)
    assert signed_in(Visitor(), site.port, ADDRESS).status == 302
    answers = [signed_in(Visitor(), site.port, ADDRESS, "a wrong password").status for _ in range(12)]
    assert answers[-1] == 429
    assert set(answers) == {422, 429}
    assert '"status": 500' not in site.fleet.logs()
