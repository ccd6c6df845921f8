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


def _form(required: tuple[str, ...], **properties: Schema) -> Schema:
    """The body of a form; a carrier sends more fields, which are not read."""
    schema = {"type": "object", "required": list(required), "properties": properties}
    return {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}


SMS_FORM = _form(
    ("MessageSid", "From", "Body"),
    MessageSid={**TEXT, "pattern": "^[A-Za-z0-9]{2,64}$"},
    From={**TEXT, "description": "The sender's number, after `whatsapp:` where it came that way."},
    To=TEXT,
    Body=TEXT,
    OptOutType={**TEXT, "description": "STOP, START or HELP where Twilio has answered that word itself."},
)
STATUS_FORM = _form(
    ("MessageSid", "MessageStatus"),
    MessageSid=TEXT,
    MessageStatus={**TEXT, "description": "`failed` and `undelivered` are kept, without number and words."},
    To=TEXT,
    ErrorCode=TEXT,
)
TEXT_BODY: Schema = {
    "type": "object",
    "required": ["id", "source_number", "message"],
    "properties": {
        "id": {**TEXT, "pattern": "^[A-Za-z0-9-]{8,64}$"},
        "source_number": {**TEXT, "minLength": 1},
        "destination_number": MAYBE,
        "message": TEXT,
        "date_received": TEXT,
    },
}
RECEIPT_BODY: Schema = {
    "type": "object",
    "required": ["status"],
    "properties": {
        "reference": {**MAYBE, "description": "As given with the reply."},
        "status": {**TEXT, "description": "What ends in `failure` is kept, without number and words."},
    },
}
TAKEN = _says("Taken.")
STATUS_ANSWERS: Schema = {"204": TAKEN, **dict.fromkeys(("403", "413"), PROBLEM)}
SMS_ANSWERS: Schema = {
    "200": _says("TwiML with the reply; without one where it is sent through Twilio's API, or none is due.", "text/xml"),
    **{code: _says("TwiML without a message: not signed, or not a message.", "text/xml") for code in ("400", "403", "413")},
    "503": PROBLEM,
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
        "/sms": {"post": _by_twilio("sms", "Twilio's webhook for text and WhatsApp messages.", SMS_FORM, SMS_ANSWERS)},
        "/sms/status": {"post": _by_twilio("smsStatus", "Twilio's report of what became of a reply.", STATUS_FORM, STATUS_ANSWERS)},
        "/notify/sms": {"post": _by_notify("notifySms", "GOV.UK Notify's callback for received text messages.", TEXT_BODY)},
        "/notify/receipts": {"post": _by_notify("notifyReceipt", "GOV.UK Notify's delivery receipt for a reply.", RECEIPT_BODY)},
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
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"notify": {"type": "http", "scheme": "bearer", "description": "The token that GOV.UK Notify was given."}},
        },
    }


def _get(name: str, summary: str, ok: Schema) -> Schema:
    return {"operationId": name, "summary": summary, "responses": {"200": ok}}


def _post(name: str, summary: str, responses: Schema) -> Schema:
    return {"operationId": name, "summary": summary, "requestBody": FORM, "responses": responses}


def _by_twilio(name: str, summary: str, form: Schema, responses: Schema) -> Schema:
    signature = {"name": "X-Twilio-Signature", "in": "header", "required": True, "schema": TEXT}
    return {"operationId": name, "summary": summary, "parameters": [signature], "requestBody": {"required": True, **form}, "responses": responses}


def _by_notify(name: str, summary: str, body: Schema) -> Schema:
    return {
        "operationId": name,
        "summary": summary,
        "security": [{"notify": []}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"204": TAKEN, **dict.fromkeys(("400", "403", "413", "503"), PROBLEM)},
    }


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
