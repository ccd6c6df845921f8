"""Faults as each caller can read them: RFC 9457 problem documents, plain pages, or TwiML. No traceback reaches anyone."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus

from flask import Flask, Response, g, render_template, request
from twilio.twiml.messaging_response import MessagingResponse
from werkzeug.exceptions import BadRequest, HTTPException

from indexer.errors import WaymarkError
from web import metrics
from web.texting import FAULT

log = logging.getLogger("waymark.web")
DETAILS = {
    400: "The request could not be understood.",
    403: "This is not allowed.",
    404: "There is nothing at this address.",
    405: "This address does not take this kind of request.",
    413: "The request is too large.",
    415: "Send JSON, with the content type application/json.",
    500: "Something went wrong on our side. Nothing you did caused it.",
    503: "Waymark has no information to answer from at the moment.",
}


def problem(status: int, detail: str, slug: str = "", **more: object) -> Response:
    """A problem document. ``slug`` names its type where the status alone does not say enough; nothing of the request is echoed."""
    body = {
        "type": f"urn:waymark:problem:{slug}" if slug else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return Response(json.dumps(body), status, content_type="application/problem+json")


def twiml(text: str = "", status: int = 200) -> Response:
    """TwiML that sends one message, or none."""
    document = MessagingResponse()
    if text:
        document.message(text)
    return Response(str(document), status, content_type="text/xml; charset=utf-8")


def _answer(status: int) -> Response:
    """The fault as the kind of caller at this address reads it."""
    detail = DETAILS.get(status, HTTPStatus(status).phrase + ".")
    if request.path == "/sms":
        # Twilio passes nothing on from a failed webhook, so someone who texted us gets a message all the same.
        return twiml(FAULT) if g.get("signed") else twiml(status=status)
    if request.path.startswith(("/api/", "/sms/", "/notify/")) or request.endpoint in ("health.healthz", "health.readyz", "health.show_metrics"):
        return problem(status, detail)
    template = "fragment_fault.html" if request.endpoint in ("chat.fragment", "panel.fragment") else "fault.html"
    return Response(render_template(template, status=status, detail=detail), status, content_type="text/html; charset=utf-8")


def _told(fault: HTTPException) -> str:
    """What the console itself says to whoever is signed in of a form that cannot be taken; empty where a library's words are all there is."""
    ours = type(fault) is BadRequest and fault.description != BadRequest.description
    return str(fault.description) if ours and "staff" in g and request.path.startswith("/staff/") else ""


def init_app(app: Flask) -> None:
    """Answer every fault of a request; unforeseen ones are logged without their message."""

    @app.errorhandler(HTTPException)
    def known(fault: HTTPException) -> Response:
        status = fault.code or 500
        if status < 400:
            return Response(status=status, headers=fault.get_headers())
        told = _told(fault)
        response = Response(render_template("staff/content_fault.html", fault=told), status) if told else _answer(status)
        if status == 405:
            response.headers["Allow"] = ", ".join(getattr(fault, "valid_methods", None) or ())
        return response

    @app.errorhandler(WaymarkError)
    def without_release(_fault: WaymarkError) -> Response:
        log.exception("no usable release")
        return _answer(503)

    @app.errorhandler(Exception)
    def unforeseen(_fault: Exception) -> Response:
        metrics.FAILURES.inc()
        log.exception("unforeseen fault")
        return _answer(500)
