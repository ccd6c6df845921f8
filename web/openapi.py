"""The OpenAPI 3.1 document. It is plain data; tests hold it against the app's addresses and its real responses."""

from __future__ import annotations

from typing import Any

from bot.records import Channel, Outcome
from indexer.entries import FOLDERS
from web.comments import ABOUT, LONGEST
from web.directory import FILTERS, KINDS, LETTERS, OLDEST
from web.open_referral_paths import paths as feed_paths
from web.settings import WebSettings

Schema = dict[str, Any]


def _record(*, optional: tuple[str, ...] = (), **properties: Schema) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _says(text: str, content_type: str = "", schema: Schema | None = None) -> Schema:
    return {"description": text, "content": {content_type: {"schema": schema or {"type": "string"}}}} if content_type else {"description": text}


TEXT: Schema = {"type": "string"}
MAYBE: Schema = {"type": ["string", "null"]}
NUMBER: Schema = {"type": "integer", "minimum": 1}
CHECKED: Schema = {**MAYBE, "description": "The day a person at the council or the service confirmed it; null: nobody has yet."}
DATED: Schema = {**TEXT, "description": "When the source was written: a year, month or day, or `undated`."}

SCHEMAS: Schema = {
    "Question": _record(
        optional=("conversation", "channel"),
        question={**TEXT, "description": "What the person asks, in their own words."},
        conversation={**MAYBE, "description": "As given with an earlier reply; an unknown or expired one is replaced."},
        channel={"enum": [c.value for c in Channel], "default": Channel.API.value},
    ),
    "Reply": _record(
        optional=("choices", "sms"),
        conversation=TEXT,
        outcome={"enum": [o.value for o in Outcome if o is not Outcome.ERROR]},
        text={**TEXT, "description": "The whole reply as this channel shows it, plain text."},
        signposts=_list(_ref("Signpost")),
        citations=_list(_ref("Citation")),
        choices=_list(TEXT),
        understood={"type": "object", "description": "Age, area and needs, as far as the question says."},
        sms=_record(encoding={"enum": ["GSM-7", "UCS-2"]}, segments=NUMBER),
        release=TEXT,
    ),
    "Signpost": _record(
        id=TEXT,
        kind={"enum": ["service", "topic"]},
        name=TEXT,
        why=TEXT,
        who_for=MAYBE,
        how_to_get_in=MAYBE,
        contacts=_list(_ref("Contact")),
        dated=DATED,
        checked=CHECKED,
        citation={"type": "integer", "minimum": 0},
    ),
    "Contact": _record(
        optional=("description", "hours"),
        type={"enum": ["phone", "text", "textphone", "email", "link", "address"]},
        value=TEXT,
        description=TEXT,
        hours=TEXT,
    ),
    "Citation": _record(n=NUMBER, title=TEXT, section=TEXT, url=TEXT, quote={**TEXT, "description": "Word for word."}, dated=DATED, checked=CHECKED),
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": TEXT,
            "errors": _list(_record(pointer=TEXT, detail=TEXT)),
        },
    },
    "Ready": _record(status={"enum": ["ready", "not ready"]}, release=MAYBE, checks={"type": "object", "additionalProperties": TEXT}),
}

PROBLEM: Schema = _says("What is wrong, as RFC 9457 says it.", "application/problem+json", _ref("Problem"))
PAGE: Schema = _says("A page.", "text/html")
FORM: Schema = {
    "content": {
        "application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"question": TEXT, "conversation": TEXT}}},
    }
}
SMS_FORM: Schema = {
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "required": ["MessageSid", "From", "Body"],
                "properties": {"MessageSid": TEXT, "From": TEXT, "Body": TEXT},
            }
        }
    }
}

FEEDBACK_FORM: Schema = {
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "required": ["entry"],
                "properties": {"entry": TEXT, "release": TEXT, "about": {"enum": list(ABOUT)}, "text": {**TEXT, "maxLength": LONGEST}},
            }
        }
    }
}


def document(settings: WebSettings) -> Schema:
    """The description of everything the site offers."""
    paths: Schema = {
        **feed_paths(),
        "/api/chat": {
            "post": {
                "operationId": "chat",
                "summary": "Ask a question; the reply names where to start.",
                "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("Question")}}},
                "responses": {
                    "200": _says("The reply.", "application/json", _ref("Reply")),
                    **dict.fromkeys(("400", "413", "415", "500", "503"), PROBLEM),
                },
            }
        },
        "/api/openapi.json": {"get": _get("openapi", "This document.", _says("OpenAPI 3.1.", "application/json", {"type": "object"}))},
        "/sms": {
            "post": {
                "operationId": "sms",
                "summary": "Twilio's webhook for text and WhatsApp messages.",
                "parameters": [{"name": "X-Twilio-Signature", "in": "header", "required": True, "schema": TEXT}],
                "requestBody": {"required": True, **SMS_FORM},
                "responses": {
                    "200": _says("TwiML with the reply.", "text/xml"),
                    **{code: _says("TwiML without a message: not signed, or not a message.", "text/xml") for code in ("400", "403")},
                    "503": PROBLEM,
                },
            }
        },
        "/healthz": {"get": _get("healthz", "The process lives.", _says("It does.", "application/json", _record(status={"const": "ok"})))},
        "/readyz": {
            "get": _get("readyz", "Whether questions can be answered.", _says("They can.", "application/json", _ref("Ready")))
        },
        "/metrics": {"get": _get("metrics", "Counts and times for Prometheus.", _says("Text format of Prometheus.", "text/plain"))},
        "/": {
            "get": _get("page", "The chat page.", PAGE),
            "post": _post("ask", "Ask from the page's form.", {**_pages("200", "400", "413"), "303": _says("On to the conversation's page.")}),
        },
        "/chat": {"post": _post("fragment", "The same, as a piece of the page.", _pages("200", "400", "413"))},
        "/forget": {"post": _post("forget", "Delete a conversation now.", {"303": _says("On to the chat page.")})},
        "/browse": {"get": _browse()},
        "/framework": {"get": _get("frameworkOverview", "What every nursery, school and college should do.", PAGE)},
        **{f"/{folder}/{{entry_id}}": {"get": _entry(kind)} for kind, folder in FOLDERS.items()},
        "/feedback": {
            "post": {
                "operationId": "feedback",
                "summary": "Say that something is wrong with an entry; kept without personal data.",
                "requestBody": {"required": True, **FEEDBACK_FORM},
                "responses": {**_pages("400", "404", "429"), "303": _says("On to a page with the comment's reference.")},
            }
        },
        "/feedback/{reference}": {
            "get": {
                "operationId": "thanks",
                "summary": "Thank you for a comment.",
                "parameters": [{"name": "reference", "in": "path", "required": True, "schema": TEXT}],
                "responses": _pages("200", "404"),
            }
        },
    }
    ready = paths["/readyz"]["get"]["responses"]
    ready["503"] = {**ready["200"], "description": "They cannot; `checks` says why."}
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{settings.service_name}: where do I go?", "version": "1", "description": f"Offered by {settings.council_name}."},
        "servers": [{"url": settings.public_url or "/"}],
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }


def _get(name: str, summary: str, ok: Schema) -> Schema:
    return {"operationId": name, "summary": summary, "responses": {"200": ok}}


def _post(name: str, summary: str, responses: Schema) -> Schema:
    return {"operationId": name, "summary": summary, "requestBody": FORM, "responses": responses}


def _pages(*codes: str) -> Schema:
    return dict.fromkeys(codes, PAGE)


def _entry(kind: str) -> Schema:
    return {
        "operationId": kind,
        "summary": f"The page of one {kind}.",
        "parameters": [{"name": "entry_id", "in": "path", "required": True, "schema": TEXT}],
        "responses": {"200": PAGE, "301": _says("On to the entry that took its place."), "404": PAGE},
    }


def _browse() -> Schema:
    """Filters of the directory; a value that cannot be used is left out and the page says so."""
    shapes: Schema = {
        "kind": _list({"enum": list(KINDS)}),
        "need": _list(TEXT),
        "letter": {"enum": list(LETTERS)},
        "age": {"type": "integer", "minimum": 0, "maximum": OLDEST},
        "diagnosis": {"enum": ["no"]},
        "referral": {"enum": ["no"]},
        "page": NUMBER,
    }
    return {
        "operationId": "browse",
        "summary": "The directory, with filters. An address written otherwise than in this order leads to the one that is.",
        "parameters": [{"name": name, "in": "query", "schema": shapes.get(name, TEXT)} for name in (*FILTERS, "page")],
        "responses": {"200": PAGE, "302": _says("On to the same list at its own address.")},
    }
