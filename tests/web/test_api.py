"""POST /api/chat: good questions, and every kind of bad one."""

from __future__ import annotations

import json

import pytest

LONG = "help " * 1000
BAD_BODIES = [
    (b"", "application/json", 400),
    (b"not json", "application/json", 400),
    (b"\xff\xfe", "application/json", 400),
    (b"[" * 50_000, "application/json", 400),
    (b"9" * 10_000, "application/json", 400),
    (b'"where"', "application/json", 400),
    (b"[]", "application/json", 400),
    (b"null", "application/json", 400),
    (b"{}", "application/json", 400),
    (b'{"question": null}', "application/json", 400),
    (b'{"question": 7}', "application/json", 400),
    (b'{"question": ["where"]}', "application/json", 400),
    (b'{"question": {"a": 1}}', "application/json", 400),
    (b'{"question": "where", "conversation": 7}', "application/json", 400),
    (b'{"question": "where", "conversation": ["a"]}', "application/json", 400),
    (b'{"question": "where", "channel": "fax"}', "application/json", 400),
    (b'{"question": "where", "channel": null}', "application/json", 400),
    (b'{"question": "where", "channel": ["web"]}', "application/json", 400),
    (b'{"question": "where", "<script>": 1}', "application/json", 400),
    (b'{"question": ""}', "application/json", 400),
    (b'{"question": "   "}', "application/json", 400),
    ('{"question": "😀😀"}'.encode(), "application/json", 400),
    (b'{"question": "\\u0000\\u0007"}', "application/json", 400),
    (b'{"question": "\\ud800"}', "application/json", 400),
    (b'{"question": "where"}', "text/plain", 415),
    (b"question=where", "application/x-www-form-urlencoded", 415),
    (b'{"question": "where"}', "", 415),
    (json.dumps({"question": LONG}).encode(), "application/json", 413),
    (json.dumps({"question": "x" * 200_000}).encode(), "application/json", 413),
]


@pytest.mark.parametrize(("body", "content_type", "status"), BAD_BODIES)
def test_bad_bodies_get_a_problem_document_and_store_nothing(client, rows, body, content_type, status):
    response = client.post("/api/chat", data=body, content_type=content_type)
    problem = response.get_json(force=True)
    assert (response.status_code, problem["status"]) == (status, status)
    assert response.content_type == "application/problem+json"
    assert problem["type"]
    assert problem["title"]
    assert problem["detail"]
    assert "<" not in response.text
    assert rows() == []


@pytest.mark.parametrize(
    "question",
    [
        "where do i go",
        "<script>alert(1)</script>",
        "'; DROP TABLE conversations; --",
        "help\x00me \x07 now",
        "half a pair \ud800",
        "👩‍👧 help 🙏",
        "مرحبا",
        "x" * 1000,
    ],
)
def test_odd_questions_are_answered(client, question):
    response = client.post("/api/chat", data=json.dumps({"question": question}), content_type="application/json")
    assert response.status_code == 200
    assert response.get_json()["outcome"] == "answered"
    assert client.post("/api/chat", json={"question": "again"}).status_code == 200


def test_a_conversation_goes_on(client, engine):
    first = client.post("/api/chat", json={"question": "one"}).get_json()["conversation"]
    second = client.post("/api/chat", json={"question": "two", "conversation": first}).get_json()["conversation"]
    assert first == second
    assert engine.asked[-1][0] == ("one", "two")


@pytest.mark.parametrize("conversation", [None, "", "unknown", "A" * 22, "../../etc", "x" * 5000, "<b>", "a" * 64, "\x00"])
def test_an_unknown_conversation_is_replaced_by_a_new_one(client, engine, conversation):
    reply = client.post("/api/chat", json={"question": "danger", "conversation": conversation}).get_json()
    assert reply["outcome"] == "urgent"
    assert reply["conversation"] not in (conversation, "")
    assert engine.asked[-1][0] == ("danger",)


def test_danger_in_a_too_long_question_is_answered(client):
    response = client.post("/api/chat", json={"question": LONG + "danger"})
    assert (response.status_code, response.get_json()["outcome"]) == (200, "urgent")


@pytest.mark.parametrize("channel", ["web", "api", "sms", "whatsapp", "staff"])
def test_the_channel_reaches_the_engine(client, engine, channel):
    reply = client.post("/api/chat", json={"question": "where", "channel": channel}).get_json()
    assert engine.asked[-1][1] == channel
    assert ("sms" in reply) == (channel == "sms")


def test_api_is_the_default_channel(client, engine):
    client.post("/api/chat", json={"question": "where"})
    assert engine.asked[-1][1] == "api"


def test_a_text_messages_conversation_cannot_be_named_here(client, engine, text_us, rows):
    text_us(client)
    key = next(row for row in rows() if row.startswith("conversations")).split("'")[1]
    client.post("/api/chat", json={"question": "where", "conversation": key})
    assert engine.asked[-1][0] == ("where",)


def test_the_engine_answers_even_without_the_database(client, app, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def broken(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("disk full"))

    store = app.extensions["waymark"].conversations
    monkeypatch.setattr(store, "append", broken)
    monkeypatch.setattr(store, "turns", broken)
    reply = client.post("/api/chat", json={"question": "danger", "conversation": "A" * 22})
    assert (reply.status_code, reply.get_json()["outcome"], reply.get_json()["conversation"]) == (200, "urgent", "")


@pytest.mark.parametrize(("method", "path", "status"), [("get", "/api/chat", 405), ("put", "/api/chat", 405), ("get", "/api/none", 404)])
def test_other_faults_are_problems_too(client, method, path, status):
    response = getattr(client, method)(path)
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
