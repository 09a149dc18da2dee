"""What a monitoring system may know: how much, how fast and how many failed, never who or what.

Figures are counted only in a process that was started with ``--metrics HOST:PORT``, and shown on that port alone: the
site's own port, which the proxy makes public, has no such page. Each process counts for itself and is asked for itself.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Engine, ExceptionContext, event
from sqlalchemy.exc import SQLAlchemyError

from firststep.database import reading_only
from firststep.extensions import db
from firststep.services.outbox import count_unsettled, oldest_due
from firststep.web import clock
from firststep.web.logs import route_pattern

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def count_requests(app: Flask, registry: CollectorRegistry) -> None:
    """Count every request by the pattern of its route; call it before the first one."""
    requests = Counter("firststep_requests", "Answers", ["method", "route", "status"], registry=registry)
    seconds = Histogram(
        "firststep_request_seconds", "Time to an answer", ["route"], registry=registry, buckets=_SECONDS
    )

    def begin() -> None:
        g.counted_from = time.perf_counter()

    def count(response: Response) -> Response:
        route = route_pattern()
        requests.labels(_method(), route, response.status_code).inc()
        if "counted_from" in g:
            seconds.labels(route).observe(time.perf_counter() - g.counted_from)
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(count)


def count_database_errors(engine: Engine, registry: CollectorRegistry) -> None:
    """Count what the database answers besides rows, by the kind of error."""
    errors = Counter("firststep_database_errors", "Errors of the database", ["kind"], registry=registry)

    def count(context: ExceptionContext) -> None:
        errors.labels(type(context.original_exception).__name__).inc()

    event.listen(engine, "handle_error", count)


class OutboxFigures(Collector):
    """The mails that are not sent yet, counted when somebody asks."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def describe(self) -> list[Any]:
        """Name nothing beforehand: that would ask the database when the process starts."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the counts by state, and for how long the oldest mail that is due waits; nothing without a database."""
        mails = GaugeMetricFamily("firststep_outbox_mails", "Mails that are not sent", labels=["state"])
        age = GaugeMetricFamily("firststep_outbox_oldest_due_seconds", "For how long the oldest due mail waits")
        with self._app.app_context(), reading_only():
            now = clock.now()
            try:
                counts, oldest = count_unsettled(db.session), oldest_due(db.session, now)
            except SQLAlchemyError:
                return
        for state, count in counts.items():
            mails.add_metric([state], count)
        age.add_metric([], (now - oldest).total_seconds() if oldest else 0)
        yield mails
        yield age


def _method() -> str:
    # Anybody can invent methods; each would be a row of its own for good.
    return request.method if request.method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS") else "other"
