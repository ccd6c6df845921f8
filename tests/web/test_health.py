"""Health, readiness and metrics."""

from __future__ import annotations

from indexer.errors import ReleaseError


def test_alive(client):
    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_ready(client, engine):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.get_json() == {"status": "ready", "release": engine.release_id, "checks": {"release": "ok", "database": "ok"}}


def test_not_ready_without_a_release(client, engine, monkeypatch):
    def gone() -> None:
        raise ReleaseError("none")

    monkeypatch.setattr(engine, "current", gone)
    response = client.get("/readyz")
    assert (response.status_code, response.get_json()["checks"]) == (503, {"release": "missing", "database": "ok"})
    assert client.get("/healthz").status_code == 200


def test_not_ready_without_a_database(client, app, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def broken() -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(app.extensions["waymark"].conversations, "ping", broken)
    response = client.get("/readyz")
    assert (response.status_code, response.get_json()["checks"]["database"]) == (503, "out of reach")


def count(client, line):
    found = [row for row in client.get("/metrics").text.splitlines() if row.startswith(line)]
    return float(found[0].split()[-1]) if found else 0.0


def test_metrics_count_replies_by_channel_and_outcome(client):
    line = 'waymark_replies_total{channel="staff",outcome="urgent"}'
    before = count(client, line)
    client.post("/api/chat", json={"question": "danger", "channel": "staff"})
    assert count(client, line) == before + 1
    assert client.get("/metrics").content_type.startswith("text/plain")


def test_metrics_count_requests_by_route_not_by_address(client):
    client.get("/services/someones-name")
    text = client.get("/metrics").text
    assert 'route="/services/<entry_id>",status="404"' in text
    assert "someones-name" not in text


def test_looking_at_a_conversation_again_counts_nothing(client):
    address = client.post("/", data={"question": "one"}).location
    line = 'waymark_replies_total{channel="web",outcome="answered"}'
    before = count(client, line)
    client.get(address)
    assert count(client, line) == before
