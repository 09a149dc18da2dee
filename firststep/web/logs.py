"""What the server writes about requests: the route's pattern and the outcome, never a person's data."""

from __future__ import annotations

import logging
import time
import traceback

import structlog
from flask import Flask, Response, g, has_request_context, request

log = structlog.get_logger("firststep")


def init_logs(app: Flask) -> None:
    """Write one line per request, with the route's pattern in place of the path."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
    )
    # What Flask and waitress say about a fault names the path, which may hold a mailed token, and the message.
    for logger in (app.logger, logging.getLogger("waitress")):
        logger.addFilter(_fault_in_our_words)
    app.before_request(_start)
    if not app.testing:
        app.after_request(_write)


def log_fault(error: BaseException) -> None:
    """Write where a fault happened: file, line and type, never the message, which may hold what was typed."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    places = [f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("fault", kind=type(error).__name__, places=places, route=route_pattern())


def _fault_in_our_words(record: logging.LogRecord) -> bool:
    fault = record.exc_info[1] if record.exc_info else None
    if fault is None:
        return True
    log_fault(fault)
    return False


def _start() -> None:
    g.started = time.perf_counter()


def _write(response: Response) -> Response:
    if request.endpoint not in ("static", None):
        took_ms = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
        log.info("request", method=request.method, route=route_pattern(), status=response.status_code, took_ms=took_ms)
    return response


def route_pattern() -> str:
    """Return the pattern of the request's route, in which no value of a person stands."""
    return request.url_rule.rule if has_request_context() and request.url_rule else "-"
