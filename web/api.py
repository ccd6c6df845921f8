"""``POST /api/chat`` and its OpenAPI document."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, jsonify, request

from bot.records import Channel, Outcome
from web.openapi import document
from web.problems import DETAILS, problem
from web.site import answer, closed, explained, site

blueprint = Blueprint("api", __name__, url_prefix="/api")
KEYS = ("question", "conversation", "channel")


@blueprint.post("/chat")
def chat() -> Response:
    """Answer one question. A conversation that is unknown or has expired does not matter: the question is answered in a new one."""
    if not (request.mimetype == "application/json" or request.mimetype.endswith("+json")):
        return problem(415, DETAILS[415])
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError):
        return problem(400, "The body is not JSON.", "not-json")
    errors = _faults(body)
    if errors:
        return problem(400, errors[0]["detail"], "wrong-fields", errors=errors)
    channel = Channel(body.get("channel", Channel.API))
    conversation, reply = answer(body["question"], body.get("conversation"), channel)
    if reply.outcome is Outcome.ERROR:
        if closed(channel):
            return problem(503, explained(reply), "switched-off")
        if len(body["question"]) > site().live.current().questions_limit:
            return problem(413, explained(reply), "question-too-long")
        return problem(400, explained(reply), "no-question")
    return jsonify(reply.as_dict(conversation or ""))


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description of everything this site offers."""
    return jsonify(document(site().settings))


def _faults(body: Any) -> list[dict[str, str]]:
    if not isinstance(body, dict):
        return [{"pointer": "", "detail": "The body must be a JSON object with a question."}]
    faults = []
    if any(key not in KEYS for key in body):
        faults.append({"pointer": "", "detail": f"Unknown key; the keys are {', '.join(KEYS)}."})
    if not isinstance(body.get("question"), str):
        faults.append({"pointer": "/question", "detail": "question is needed, as text."})
    if not isinstance(body.get("conversation"), str | None):
        faults.append({"pointer": "/conversation", "detail": "conversation must be text, as given with an earlier reply."})
    if body.get("channel", "api") not in list(Channel):
        faults.append({"pointer": "/channel", "detail": f"channel must be one of {', '.join(Channel)}."})
    return faults
