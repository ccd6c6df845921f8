"""The Twilio webhook: signatures, second deliveries, and what is kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree as ET

import pytest
from pydantic import SecretStr


def message(response):
    assert response.content_type.startswith("text/xml")
    root = ET.fromstring(response.text)
    assert root.tag == "Response"
    return "".join(root.itertext())


def test_a_signed_message_is_answered(client, engine, text_us):
    response = text_us(client)
    assert response.status_code == 200
    assert "Portage" in message(response)
    assert engine.asked == [(("where do i go",), "sms")]


def test_whatsapp_is_its_own_channel(client, engine, text_us):
    text_us(client, sender="whatsapp:+447700900123")
    assert engine.asked[-1][1] == "whatsapp"


def test_a_conversation_goes_on_by_number(client, engine, text_us):
    text_us(client, "one", "SM1")
    text_us(client, "two", "SM2")
    text_us(client, "three", "SM3", sender="+447700900124")
    assert [turns for turns, _ in engine.asked] == [("one",), ("one", "two"), ("three",)]


@pytest.mark.parametrize("signature", ["", "wrong", "é", "A" * 28])
def test_a_wrong_signature_is_refused_and_nothing_stored(client, engine, rows, text_us, signature):
    response = text_us(client, headers={"X-Twilio-Signature": signature})
    assert response.status_code == 403
    assert message(response) == ""
    assert (rows(), engine.asked) == ([], [])


def test_a_missing_signature_is_refused(client, engine, rows):
    assert client.post("/sms", data={"MessageSid": "SM1", "From": "+447700900123", "Body": "hi"}).status_code == 403
    assert client.post("/sms", json={"Body": "hi"}).status_code == 403
    assert (rows(), engine.asked) == ([], [])


def test_a_signature_for_another_token_or_address_is_refused(client, text_us):
    assert text_us(client, token="another").status_code == 403
    assert text_us(client, url="https://elsewhere.example/sms").status_code == 403


def test_a_host_that_is_no_address_is_refused(client, text_us):
    assert text_us(client, headers={"Host": "localhost:99999999"}).status_code in (400, 403)


def test_behind_a_proxy_the_forwarded_address_is_signed(make_app, text_us):
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "waymark.example"}
    behind, bare = make_app(trusted_proxies=1).test_client(), make_app().test_client()
    assert text_us(behind, url="https://waymark.example/sms", headers=forwarded).status_code == 200
    assert text_us(bare, url="https://waymark.example/sms", headers=forwarded).status_code == 403
    assert text_us(bare, sid="SM2", headers=forwarded).status_code == 200


def test_the_public_address_wins(make_app, text_us):
    client = make_app(public_url="https://public.example/way/").test_client()
    assert text_us(client, url="https://public.example/way/sms").status_code == 200
    assert text_us(client, sid="SM2").status_code == 403


def test_without_a_token_texting_is_off(make_app, text_us, rows):
    response = text_us(make_app(twilio_auth_token=SecretStr("")).test_client())
    assert response.status_code == 503
    assert response.content_type == "application/problem+json"
    assert "twilio_auth_token" in response.get_json()["detail"]
    assert rows() == []


def test_the_same_message_twice_is_answered_and_stored_once(client, engine, rows, text_us):
    first, second = text_us(client), text_us(client)
    assert first.data == second.data
    assert len(engine.asked) == 1
    assert sum(row.startswith("turns") for row in rows()) == 1


def test_the_same_message_from_twenty_threads_is_answered_and_stored_once(app, engine, rows, text_us):
    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(lambda _: text_us(app.test_client()), range(20)))
    assert {(r.status_code, r.data) for r in responses} == {(200, responses[0].data)}
    assert len(engine.asked) == 1
    assert sum(row.startswith("turns") for row in rows()) == 1
    assert sum(row.startswith("messages") for row in rows()) == 1


def test_twenty_messages_of_one_sender_at_once_are_all_answered(app, engine, rows, text_us):
    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(lambda n: text_us(app.test_client(), f"message {n}", f"SM{n}"), range(20)))
    assert {r.status_code for r in responses} == {200}
    assert len(engine.asked) == 20
    assert sum(row.startswith("conversations") for row in rows()) == 1


@pytest.mark.parametrize("body", ["", "   ", "😀", "\x07"])
def test_an_empty_message_gets_help(client, rows, text_us, body):
    response = text_us(client, body)
    assert message(response) == "Your message was empty."
    assert not any(row.startswith("turns") for row in rows())
    assert text_us(client, body).data == response.data


def test_markup_in_a_message_is_only_text(client, text_us):
    assert "Portage" in message(text_us(client, "<Response><Message>hi</Message></Response>"))


@pytest.mark.parametrize(("sid", "sender"), [("", "+447700900123"), ("SM1", ""), ("SM'--", "+447700900123"), ("S" * 100, "+447700900123")])
def test_a_signed_form_that_is_no_message_is_refused(client, rows, text_us, sid, sender):
    assert text_us(client, sid=sid, sender=sender).status_code == 400
    assert rows() == []


def test_no_number_is_in_any_table(client, rows, text_us):
    text_us(client)
    text_us(client, sid="SM2", sender="whatsapp:+447700900123")
    kept = "\n".join(rows())
    assert "where do i go" in kept
    assert not any(number in kept for number in ("447700900123", "7700900123", "07700900123"))


def test_a_message_cut_short_leaves_no_claim(client, engine, rows, text_us):
    engine.failing = True
    assert "999" in message(text_us(client))
    assert rows() == []
    engine.failing = False
    assert "Portage" in message(text_us(client))


def test_a_message_is_answered_even_without_the_database(client, app, monkeypatch, text_us):
    from sqlalchemy.exc import OperationalError

    def broken(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(app.extensions["waymark"].conversations, "seen", broken)
    assert "999" in message(text_us(client, "danger"))


def test_a_text_that_went_wrong_fits_one_message(app):
    from flask import render_template

    with app.test_request_context():
        text = render_template("sms_fault.txt").strip()
    assert text.isascii()
    assert len(text) <= 160
