"""Logs are JSON, say what happened, and never what was asked or by whom."""

from __future__ import annotations

import io
import json
import logging
import secrets

import pytest
from sqlalchemy.exc import OperationalError

from web.logs import FIELDS, JsonFormatter, log

SECRET = "my daughter Zebedina Quill of 7 Nowhere Lane"
NUMBER = "+447700900123"
TELLTALES = ("Zebedina", "Quill", "Nowhere", "447700900123", "7700900123", "an-auth-token", "a secret key")


@pytest.fixture
def lines():
    """All log lines so far, as the site writes them."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    root, level = logging.getLogger(), log.level
    root.addHandler(handler)
    log.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.removeHandler(handler)
    log.setLevel(level)


def test_no_log_line_holds_what_a_user_sent(client, engine, app, lines, text_us, monkeypatch):
    conversation = client.post("/api/chat", json={"question": SECRET}).get_json()["conversation"]
    client.post("/api/chat", json={"question": "danger " + SECRET, "conversation": conversation, SECRET: 1})
    client.post("/api/chat", data=SECRET.encode(), content_type="application/json")
    client.post("/", data={"question": SECRET})
    client.post("/chat", data={"question": SECRET + " explode"})
    client.get("/", query_string={"conversation": conversation, "question": SECRET})
    client.get(f"/services/{SECRET}")
    client.get(f"/{SECRET}")
    client.get("/browse", query_string={"q": SECRET, "age": SECRET})
    client.post("/feedback", data={"entry": "portage", "text": SECRET})
    client.post("/feedback", data={"entry": SECRET, "text": SECRET})
    client.get(f"/feedback/{SECRET}")
    client.get("/", headers={"X-Request-ID": "Zebedina-Quill", "User-Agent": SECRET, "Referer": SECRET})
    client.open("/", method="ZEBEDINA")
    text_us(client, SECRET)
    text_us(client, SECRET + " explode", sid="SM2")
    text_us(client, SECRET, headers={"X-Twilio-Signature": SECRET})
    monkeypatch.setattr(app.extensions["waymark"].conversations._database, "writes", lambda: 1 / 0)
    client.post("/api/chat", json={"question": SECRET})
    found = lines()
    assert len(found) >= 14
    text = json.dumps(found)
    assert not [word for word in (*TELLTALES, conversation) if word.lower() in text.lower()]


def test_no_log_line_of_texting_holds_a_text_a_number_or_a_secret(make_app, carriers, twilio, notify, lines, text_us, monkeypatch):
    app = make_app(**carriers, threads=1, text_tries=2)
    client, dispatch, bearer = app.test_client(), app.extensions["waymark"].dispatch, carriers["notify_bearer_token"].get_secret_value()
    key = carriers["notify_api_key"].get_secret_value()

    def notified(message: str, **changes: object) -> None:
        said = {"id": secrets.token_hex(8), "source_number": NUMBER, "message": message} | changes
        client.post("/notify/sms", json=said, headers={"Authorization": f"Bearer {changes.get('token', bearer)}"})

    faults = ["drop", 500, 429, (400, 21211), (400, 21610), 403, "accept_and_drop"]
    for n, fault in enumerate(faults):
        for carrier in (twilio, notify):
            carrier.faults.append(fault if carrier is twilio or isinstance(fault, str | int) else 400)
        text_us(client, f"{n} {SECRET}", sid=f"SM{n}", sender=f"+4477009001{n:02}")
        notified(f"{n} {SECRET}", source_number=f"4477009001{n:02}")
        dispatch._workers().submit(int).result(timeout=10)
    notified(SECRET + " explode")
    notified(SECRET, token=SECRET)
    notified(SECRET, source_number=SECRET)
    notified(SECRET, source_number={SECRET: NUMBER})
    text_us(client, SECRET, sid="SM90", sender=SECRET)
    text_us(client, SECRET, sid=SECRET)
    client.post("/sms/status", data={"MessageSid": SECRET, "To": NUMBER})
    client.post("/notify/receipts", data=SECRET, headers={"Authorization": f"Bearer {bearer}"})
    monkeypatch.setattr(dispatch.texts, "receive", lambda *_: (_ for _ in ()).throw(OperationalError("INSERT", {"said": SECRET}, Exception(NUMBER))))
    notified(SECRET)
    text_us(client, SECRET, sid="SM91")
    dispatch._workers().submit(int).result(timeout=10)
    found = lines()
    events = {line["event"] for line in found}
    assert {"reply to a text not sent: Twilio refused it with code 21211", "message not stored", "text not answered"} <= events
    told = (*TELLTALES, bearer, key[-36:], carriers["twilio_account_sid"], *(f"77009001{n:02}" for n in range(len(faults))))
    assert not [word for word in told if word.lower() in json.dumps(found).lower()]


def test_a_failed_statement_is_logged_without_its_values(client, app, lines):
    from sqlalchemy import text

    with app.extensions["waymark"].database.engine.begin() as connection:
        connection.execute(text("DROP TABLE turns"))
    assert client.post("/api/chat", json={"question": SECRET}).status_code == 200
    assert any(line.get("fault") == "OperationalError" for line in lines())
    assert "Zebedina" not in json.dumps(lines())


def test_a_line_says_what_happened(client, lines):
    response = client.post("/api/chat", json={"question": "danger", "channel": "sms"})
    line = lines()[-1]
    assert line["event"] == "request"
    assert set(FIELDS) <= set(line)
    assert (line["route"], line["status"], line["outcome"], line["channel"]) == ("/api/chat", 200, "urgent", "sms")
    assert line["release"] == response.get_json()["release"]
    assert line["request"] == response.headers["X-Request-ID"]
    assert line["milliseconds"] >= 0


def test_an_unforeseen_fault_is_logged_by_kind_and_place(client, lines):
    assert client.post("/api/chat", json={"question": "explode"}).status_code == 500
    line = next(line for line in lines() if "fault" in line)
    assert line["fault"] == "RuntimeError"
    assert line["at"][-1].startswith("reply:")


def test_a_request_id_is_taken_only_from_a_trusted_proxy(make_app, client):
    given = {"X-Request-ID": "abcdef-123456"}
    assert client.get("/healthz", headers=given).headers["X-Request-ID"] != given["X-Request-ID"]
    behind = make_app(trusted_proxies=1).test_client()
    assert behind.get("/healthz", headers=given).headers["X-Request-ID"] == given["X-Request-ID"]
    assert behind.get("/healthz", headers={"X-Request-ID": "a b"}).headers["X-Request-ID"] != "a b"


@pytest.mark.parametrize(("message", "event"), [
    (f"Invalid request from ip=192.0.2.7: {SECRET}", "Invalid request"), (f"Error handling request /{SECRET}", "Error handling request"),
    (f"Invalid HTTP request line: {SECRET!r}", "Invalid HTTP request line"), ("Worker (pid:7) exited", "Worker (pid:7) exited"),
])
def test_the_servers_own_warnings_are_cut_before_they_quote_a_request(message, event):
    record = logging.LogRecord("gunicorn.error", logging.WARNING, "", 0, message, (), None)
    assert json.loads(JsonFormatter().format(record))["event"] == event
