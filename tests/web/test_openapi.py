"""The OpenAPI document is valid, names every address, and says what the responses really look like."""

from __future__ import annotations

import re

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import SecretStr

from tests.web.conftest import NUMBER, sign


@pytest.fixture
def document(client):
    return client.get("/api/openapi.json").get_json()


FOR_PEOPLE = {"static", "theme", "embed", "panel", "pages", "along", "said", "helped"}
"""Addresses that only browsers use, where nothing can be built upon; so are all of the staff console (``staff_...``)."""


def check(document, response, path, method):
    """The response against what the document says of it."""
    said = document["paths"][path][method]["responses"][str(response.status_code)]
    kinds = said.get("content", {})
    if not kinds:
        return
    kind = next(iter(kinds))
    assert response.content_type.split(";")[0] == kind
    if kind.endswith("json"):
        schema = {**kinds[kind]["schema"], "components": document["components"]}
        Draft202012Validator(schema).validate(response.get_json(force=True))


def test_it_is_valid(document):
    OpenAPIV31SpecValidator(document).validate()


def test_it_names_every_address_and_no_other(app, document):
    rules = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] not in FOR_PEOPLE and not rule.endpoint.startswith("staff_")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert rules == {(path, method) for path, methods in document["paths"].items() for method in methods}


@pytest.mark.parametrize("question", ["where", "danger", "clarify", "unknown", "offtopic"])
@pytest.mark.parametrize("channel", ["api", "sms"])
def test_replies_are_as_it_says(client, document, question, channel):
    response = client.post("/api/chat", json={"question": question, "channel": channel})
    assert response.status_code == 200
    check(document, response, "/api/chat", "post")


@pytest.mark.parametrize(("question", "status"), [("", 400), (1, 400), ("x" * 5000, 413), ("explode", 500)])
def test_problems_are_as_it_says(client, document, question, status):
    response = client.post("/api/chat", json={"question": question})
    assert response.status_code == status
    check(document, response, "/api/chat", "post")


@pytest.mark.parametrize(("path", "template", "status"), [
    ("/", "/", 200), ("/healthz", "/healthz", 200), ("/readyz", "/readyz", 200), ("/metrics", "/metrics", 200),
    ("/api/openapi.json", "/api/openapi.json", 200), ("/services/portage", "/services/{entry_id}", 200),
    ("/browse", "/browse", 200), ("/browse?age=99", "/browse", 200), ("/browse?age=", "/browse", 302), ("/framework", "/framework", 200),
    ("/framework/overview", "/framework/{entry_id}", 200), ("/feedback/none", "/feedback/{reference}", 404),
    ("/services/old-helpline", "/services/{entry_id}", 301), ("/topics/none", "/topics/{entry_id}", 404),
])
def test_other_addresses_are_as_it_says(client, document, path, template, status):
    response = client.get(path)
    assert response.status_code == status
    check(document, response, template, "get")


def test_forms_are_as_it_says(client, document):
    check(document, client.post("/", data={"question": "one"}), "/", "post")
    check(document, client.post("/", data={"question": ""}), "/", "post")
    check(document, client.post("/chat", data={"question": "one"}), "/chat", "post")
    check(document, client.post("/forget"), "/forget", "post")
    sent = client.post("/feedback", data={"entry": "portage", "text": "It has closed."})
    check(document, sent, "/feedback", "post")
    check(document, client.get(sent.location), "/feedback/{reference}", "get")
    check(document, client.post("/feedback", data={"entry": "portage"}), "/feedback", "post")
    check(document, client.post("/feedback"), "/feedback", "post")


def test_twilios_calls_are_as_it_says(client, make_app, document, text_us):
    big = "x" * 200_000
    for response, status in (
        (text_us(client), 200), (text_us(client), 200), (text_us(client, sid="SM'"), 400), (client.post("/sms"), 403),
        (client.post("/sms", data={"Body": big}), 413), (make_app(twilio_auth_token=SecretStr("")).test_client().post("/sms"), 503),
    ):
        assert response.status_code == status
        check(document, response, "/sms", "post")
    form = {"MessageSid": "SM1", "MessageStatus": "failed", "To": NUMBER, "ErrorCode": "30003"}
    for signature, more, status in ((sign("http://localhost/sms/status", form), "", 204), ("", "", 403), ("", big, 413)):
        response = client.post("/sms/status", data=form | {"More": more} if more else form, headers={"X-Twilio-Signature": signature})
        assert response.status_code == status
        check(document, response, "/sms/status", "post")


def test_notifys_calls_are_as_it_says(make_app, client, carriers, notify, document):
    taken = make_app(**carriers).test_client()
    allowed = {"Authorization": f"Bearer {carriers['notify_bearer_token'].get_secret_value()}"}
    bodies = {
        "/notify/sms": {"id": "0a5f7b6e-6e5f-4e0a-9d0e-2f6c8d3c7a11", "source_number": "447700900123", "message": "where do i go"},
        "/notify/receipts": {"reference": None, "status": "delivered"},
    }
    for path, body in bodies.items():
        big = {"data": "x" * 200_000, "content_type": "application/json"}
        for response, status in (
            (taken.post(path, json=body, headers=allowed), 204), (taken.post(path, json={}, headers=allowed), 400),
            (taken.post(path, json=body), 403), (taken.post(path, headers=allowed, **big), 413), (client.post(path, json=body), 503),
        ):
            assert response.status_code == status
            check(document, response, path, "post")


def test_what_it_calls_a_text_or_a_receipt_of_notifys_is_taken_and_nothing_else(make_app, carriers, notify, document):
    client = make_app(**carriers).test_client()
    allowed = {"Authorization": f"Bearer {carriers['notify_bearer_token'].get_secret_value()}"}
    text = {"id": "0a5f7b6e-6e5f-4e0a-9d0e-2f6c8d3c7a11", "source_number": "447700900123", "destination_number": "07700900999", "message": ""}
    receipt = {"reference": "a" * 64, "status": "delivered", "id": "1"}
    for path, right in (("/notify/sms", text), ("/notify/receipts", receipt)):
        schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        bodies = [right, {}, *({key: value for key, value in right.items() if key != without} for without in right), right | {"more": 1}]
        bodies += [right | {key: wrong} for key in right if key not in ("destination_number", "id") or path == "/notify/sms" for wrong in (5, [])]
        for body in (body for body in bodies if body.get("destination_number") in (None, right.get("destination_number"))):
            expected = 204 if Draft202012Validator(schema).is_valid(body) else 400
            assert client.post(path, json=body, headers=allowed).status_code == expected, (path, body)


def test_questions_it_calls_right_are_taken_and_wrong_ones_refused(client, document):
    schema = {**document["components"]["schemas"]["Question"], "components": document["components"]}
    bodies = [
        {"question": "a"}, {"question": "a", "conversation": "x"}, {"question": "a", "conversation": None}, {"question": "a", "channel": "sms"},
        {}, {"question": 1}, {"question": "a", "conversation": 1}, {"question": "a", "channel": "fax"}, {"question": "a", "more": 1},
    ]
    for body in bodies:
        assert Draft202012Validator(schema).is_valid(body) == (client.post("/api/chat", json=body).status_code == 200), body
