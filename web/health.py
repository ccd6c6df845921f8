"""Health for the machinery around: ``/healthz`` (the process lives), ``/readyz`` (it can answer), ``/metrics`` (Prometheus)."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response
from sqlalchemy.exc import SQLAlchemyError

from indexer.errors import WaymarkError
from web import metrics
from web.site import log, site

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process lives."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Whether there is a release to answer from and a database to keep conversations in."""
    checks = {"release": "ok", "database": "ok"}
    release = None
    try:
        release = site().live.current().release_id
    except WaymarkError:
        log.exception("no usable release")
        checks["release"] = "missing"
    try:
        site().conversations.ping()
    except SQLAlchemyError:
        log.exception("no database")
        checks["database"] = "out of reach"
    ready = set(checks.values()) == {"ok"}
    return make_response(jsonify(status="ready" if ready else "not ready", release=release, checks=checks), 200 if ready else 503)


@blueprint.get("/metrics")
def show_metrics() -> Response:
    """Counts and times, for Prometheus."""
    body, content_type = metrics.exposition()
    return Response(body, content_type=content_type)
