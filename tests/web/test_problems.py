"""Faults reach each caller in its own language, and never with a traceback."""

from __future__ import annotations

import pytest

from indexer.errors import ReleaseError


@pytest.mark.parametrize(("path", "data", "content_type"), [
    ("/", {"question": "explode"}, "text/html"), ("/chat", {"question": "explode"}, "text/html"), ("/api/chat", None, "application/problem+json"),
])
def test_no_traceback_reaches_a_user(client, path, data, content_type):
    response = client.post(path, data=data) if data else client.post(path, json={"question": "explode"})
    assert response.status_code == 500
    assert response.content_type.startswith(content_type)
    for word in ("Traceback", "RuntimeError", "explode", ".py"):
        assert word not in response.text


def test_without_a_release_everyone_is_told(client, engine, monkeypatch, text_us):
    def gone() -> None:
        raise ReleaseError("/secret/path has no release")

    monkeypatch.setattr(engine, "current", gone)
    for response in (client.get("/"), client.post("/chat", data={"question": "x"}), client.post("/api/chat", json={"question": "x"})):
        assert response.status_code == 503
        assert "secret" not in response.text
    assert "999" in text_us(client).text


def test_a_page_that_is_not_there_is_a_page(client):
    response = client.get("/<script>")
    assert response.status_code == 404
    assert "Page not found" in response.text
    assert "<script>" not in response.text


def test_a_body_too_large_is_refused_in_each_language(client):
    big = "x" * 200_000
    assert client.post("/", data={"question": big}).status_code == 413
    assert client.post("/sms", data={"Body": big}).status_code == 413
    assert client.post("/api/chat", data=big, content_type="application/json").get_json(force=True)["status"] == 413


def test_a_wrong_method_names_the_right_ones(client):
    response = client.delete("/api/chat")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
