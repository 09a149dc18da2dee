"""A site with two web processes on PostgreSQL and Redis; started once, because each start takes seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask_security import hash_password
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import User
from tests.cast import Cast, make_cast
from tests.conftest import empty_tables
from tests.factories import PASSWORD
from tests.support.databases import new_postgresql_database
from tests.support.fleet import Fleet, fleet
from tests.support.redis import RedisServer, running_redis
from tests.support.smtp import Post, post_office


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """Return the Redis of the site."""
    with running_redis() as server:
        yield server


@pytest.fixture(scope="session")
def post() -> Iterator[Post]:
    """Return the SMTP server of the site."""
    with post_office() as office:
        yield office


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory, shared_redis: RedisServer, post: Post) -> Iterator[Fleet]:
    """Return the site with its processes."""
    told = {
        "DATABASE_URL": new_postgresql_database(),
        "HUEY_URL": shared_redis.url(0),
        "RATELIMIT_STORAGE_URI": shared_redis.url(1),
        "SMTP_URL": post.url + "?starttls=off",
    }
    with fleet(tmp_path_factory.mktemp("fleet"), **told) as site:
        site.add_web()
        site.add_web()
        yield site


@pytest.fixture
def site(running: Fleet, shared_redis: RedisServer) -> Fleet:
    """Return the running site with empty tables and no tries counted."""
    with running.app.app_context():
        empty_tables(db.session)
    shared_redis.flush()
    return running


@pytest.fixture
def people(site: Fleet) -> Cast:
    """Return the ids of Ana, Ben, Dr Cho and Dr Dee, all stored, each with the password of the cast."""
    with site.app.app_context():
        made = make_cast(db.session)
        hashed = hash_password(PASSWORD)
        for user in db.session.scalars(select(User)):
            user.password = hashed
        db.session.commit()
        return made
