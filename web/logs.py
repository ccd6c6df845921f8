"""Structured logs: one JSON object to a line. They hold no question, phone number or name, and of a fault only its kind and place."""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import traceback
from datetime import UTC, datetime
from time import perf_counter

from flask import Flask, Response, g, request

from web import metrics

log = logging.getLogger("waymark.web")
FIELDS = ("request", "method", "route", "status", "outcome", "channel", "milliseconds", "release")
"""What a line about a request may hold; ``route`` is the pattern of the address, never the address itself."""

_QUOTES = re.compile(r" from ip|: | /")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class JsonFormatter(logging.Formatter):
    """Formats a record as JSON. A fault is shown by its type and the lines it passed, never by its message, which may quote a user."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {"time": moment, "level": record.levelname.lower(), "logger": record.name, "event": _event(record)}
        line |= {field: getattr(record, field) for field in FIELDS if getattr(record, field, None) is not None}
        if record.exc_info and record.exc_info[0]:
            line["fault"] = record.exc_info[0].__name__
            line["at"] = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(record.exc_info[2])][-8:]
        return json.dumps(line)


def _event(record: logging.LogRecord) -> str:
    message = record.getMessage()
    if record.name.startswith("gunicorn") and record.levelno >= logging.WARNING:
        return _QUOTES.split(message)[0][:60]  # the rest can quote a request and its sender
    return message


def set_up() -> None:
    """Send all logs, as JSON, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    log.setLevel(logging.INFO)


def init_app(app: Flask) -> None:
    """Number, time, log and count each request."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-ID", "")
        trusted = app.extensions["waymark"].settings.trusted_proxies > 0 and _REQUEST_ID.fullmatch(given)
        g.request_id, g.started = (given if trusted else secrets.token_hex(8)), perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        response.headers["X-Request-ID"] = g.get("request_id", "")
        metrics.REQUESTS.labels(route, response.status_code).inc()
        facts = {
            "request": g.get("request_id"),
            "method": request.method if request.method in ("GET", "HEAD", "POST", "OPTIONS") else "other",
            "route": route,
            "status": response.status_code,
            "outcome": g.get("outcome"),
            "channel": g.get("channel"),
            "milliseconds": round((perf_counter() - g.get("started", perf_counter())) * 1000, 1),
            "release": g.get("release"),
        }
        log.info("request", extra=facts)
        return response
