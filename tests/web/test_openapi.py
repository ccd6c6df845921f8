"""The OpenAPI document is valid, names every address, and says what the responses really look like."""

from __future__ import annotations

import re

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator


@pytest.fixture
def document(client):
    return client.get("/api/openapi.json").get_json()


FOR_PEOPLE = {"static", "theme", "embed", "panel", "pages", "along", "said", "helped"}
"""Addresses that only browsers use, where nothing can be built upon."""


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
        for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] not in FOR_PEOPLE
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


def test_forms_are_as_it_says(client, document, text_us):
    check(document, client.post("/", data={"question": "one"}), "/", "post")
    check(document, client.post("/", data={"question": ""}), "/", "post")
    check(document, client.post("/chat", data={"question": "one"}), "/chat", "post")
    check(document, client.post("/forget"), "/forget", "post")
    sent = client.post("/feedback", data={"entry": "portage", "text": "It has closed."})
    check(document, sent, "/feedback", "post")
    check(document, client.get(sent.location), "/feedback/{reference}", "get")
    check(document, client.post("/feedback", data={"entry": "portage"}), "/feedback", "post")
    check(document, client.post("/feedback"), "/feedback", "post")
    check(document, text_us(client), "/sms", "post")
    check(document, client.post("/sms"), "/sms", "post")


def test_questions_it_calls_right_are_taken_and_wrong_ones_refused(client, document):
    schema = {**document["components"]["schemas"]["Question"], "components": document["components"]}
    bodies = [
        {"question": "a"}, {"question": "a", "conversation": "x"}, {"question": "a", "conversation": None}, {"question": "a", "channel": "sms"},
        {}, {"question": 1}, {"question": "a", "conversation": 1}, {"question": "a", "channel": "fax"}, {"question": "a", "more": 1},
    ]
    for body in bodies:
        assert Draft202012Validator(schema).is_valid(body) == (client.post("/api/chat", json=body).status_code == 200), body
