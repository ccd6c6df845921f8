"""What the carriers call: who may, what is kept of it, and that every text gets one reply whatever fails and however often it comes."""

from __future__ import annotations

import json
import sqlite3
import string
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from pydantic import SecretStr
from sqlalchemy import text as sql
from sqlalchemy.exc import OperationalError
from twilio.request_validator import RequestValidator

from bot import gsm
from bot.records import Channel
from tests.browser.chromium import served
from tests.web.bench import ACCOUNT, BEARER, NOTIFY_KEY, OURS
from tests.web.conftest import NUMBER, TOKEN, sign
from web.texting import FAULT
from web.texting.records import DAY, FAILED, HELD, HOUR, OWED, RECEIVED
from web.texting.store import LEASE

PORTAGE = "Message 1 leads to Portage.\nPlay at home.\nAsk."
OTHER = "+447700900124"
FORM = {
    "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "Body": "where do i go & who?", "From": NUMBER, "MessageSid": "SM1", "NumMedia": "0",
    "NumSegments": "1", "SmsSid": "SM1", "SmsStatus": "received", "To": OURS, "ToCity": "",
}


def message(response):
    """The words of the one message that a TwiML answer sends; none: nothing."""
    assert response.content_type.startswith("text/xml")
    root = ET.fromstring(response.text)
    assert (root.tag, root.text) == ("Response", None)
    assert [child.tag for child in root] in ([], ["Message"])
    return root.findtext("Message")


def told(app):
    """What the app sees to texts with."""
    return app.extensions["waymark"].dispatch


def states(app):
    return [text.state for text in told(app).texts.listed()]


def set_clock(app, clock):
    dispatch = told(app)
    for part in (dispatch, dispatch.texts, dispatch.desk, app.extensions["waymark"].conversations):
        part._clock = clock


def until(true, seconds=30.0):
    """Wait until something is true, in very short steps."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        threading.Event().wait(0.01)


def broken(*_: object) -> None:
    raise OperationalError("INSERT", {}, Exception("disk full"))


# Who may call: Twilio


def test_a_signed_message_is_answered(client, engine, text_us):
    response = text_us(client)
    assert response.status_code == 200
    assert message(response) == PORTAGE
    assert engine.asked == [(("where do i go",), Channel.SMS)]


def test_what_twilios_own_validator_signs_is_taken_and_every_single_alteration_is_refused_and_leaves_no_trace(client, engine, rows):
    path, host, scheme, query = "/sms", "localhost", "http", "from=twilio&n=1"

    def post(form=FORM, signature=None, token=TOKEN, host=host, scheme=scheme, query=query, signed=f"{scheme}://{host}{path}?{query}"):
        if signature is None:
            signature = RequestValidator(token).compute_signature(signed, FORM)
        headers = {"X-Twilio-Signature": signature}
        return client.post(path, data=form, base_url=f"{scheme}://{host}", query_string=query, headers=headers, buffered=True)

    changed = [FORM | {name: new} for name, value in FORM.items() for new in {value + "x", "x" + value, value[:-1], value.swapcase(), ""} - {value}]
    removed = [{name: value for name, value in FORM.items() if name != without} for without in FORM]
    added = [FORM | {"OptOutType": "STOP"}, FORM | {"MediaUrl0": "https://x.example"}, FORM | {"body": "x"}, FORM | {"Body2": ""}]
    renamed = [{(name + "s" if name == old else name): value for name, value in FORM.items()} for old in FORM]
    swapped = [FORM | {"From": FORM["To"], "To": FORM["From"]}]
    twice = [FORM | {name: [value, value + "x"]} for name, value in FORM.items()]
    forms = [*changed, *removed, *added, *renamed, *swapped, *twice]
    right = RequestValidator(TOKEN).compute_signature(f"{scheme}://{host}{path}?{query}", FORM)
    letters = string.ascii_letters + string.digits + "+/="
    spoilt = [right[:at] + next(c for c in letters if c != right[at]) + right[at + 1 :] for at in range(len(right))]
    responses = [
        *(post(form) for form in forms),
        *(post(signature=wrong) for wrong in (*spoilt, "", right[:-1], right + "=", right.swapcase(), right + right, "é", "A" * 28)),
        *(post(token=wrong) for wrong in (TOKEN + "x", TOKEN[:-1], TOKEN.upper(), "")),
        *(post(host=wrong) for wrong in ("localhost.example", "waymark.example", "LOCALHOST2", "127.0.0.1")),
        *(post(query=wrong) for wrong in ("", "from=twilio", "n=1&from=twilio", "from=twilio&n=2", "from=twilio&n=1&m=1", "from=Twilio&n=1")),
        *(post(signed=f"{scheme}://{host}{wrong}?{query}") for wrong in ("/", "/sms/", "/SMS", "/sms/status", "/sms2")),
        post(scheme="https"),
        client.post(path, data=FORM, query_string=query),
        client.post(path, json=FORM, query_string=query, headers={"X-Twilio-Signature": right}),
        client.post(path, data=json.dumps(FORM), query_string=query, headers={"X-Twilio-Signature": right}),
    ]
    assert len(responses) > 130
    assert {(response.status_code, message(response)) for response in responses} == {(403, None)}
    assert (rows(), engine.asked) == ([], [])
    assert message(post()) == PORTAGE


def test_two_ways_of_signing_agree(client, text_us):
    url, form = "http://localhost/sms", {"MessageSid": "SM1", "From": NUMBER, "Body": "ŵ & <b>", "Empty": ""}
    assert sign(url, form) == RequestValidator(TOKEN).compute_signature(url, form)


@pytest.mark.parametrize("public", ["", "https://waymark.example"])
def test_the_address_is_checked_as_it_was_called(make_app, public):
    client = make_app(public_url=public).test_client()
    for query in ("from=caf%C3%A9", "n=%41%20b", "a=b+c&d=%2Fx", "x=%E2%80%A8", "q", "a=1;b=2"):
        url = f"{public or 'http://localhost'}/sms?{query}"
        headers = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(url, FORM)}
        assert client.post(f"/sms?{query}", data=FORM, headers=headers, buffered=True).status_code == 200, query


def test_a_host_that_is_no_address_is_refused(client, text_us):
    assert text_us(client, headers={"Host": "localhost:99999999"}).status_code in (400, 403)


def test_behind_a_proxy_the_forwarded_address_is_signed(make_app, text_us, rows):
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "waymark.example"}
    behind, bare = make_app(trusted_proxies=1).test_client(), make_app().test_client()
    assert text_us(behind, headers=forwarded).status_code == 403
    assert text_us(bare, url="https://waymark.example/sms", headers=forwarded).status_code == 403
    assert rows() == []
    assert text_us(behind, url="https://waymark.example/sms", headers=forwarded).status_code == 200
    assert text_us(bare, sid="SM2", headers=forwarded).status_code == 200


def test_of_several_proxies_only_as_many_are_believed_as_there_are(make_app, text_us):
    forwarded = {"X-Forwarded-Proto": "https,http", "X-Forwarded-Host": "attacker.example,waymark.example"}
    client = make_app(trusted_proxies=1).test_client()
    assert text_us(client, url="https://attacker.example/sms", headers=forwarded).status_code == 403
    assert text_us(client, url="http://waymark.example/sms", headers=forwarded).status_code == 200


@pytest.mark.parametrize("public", ["https://public.example/way", "https://public.example/way/"])
def test_the_public_address_wins(make_app, text_us, public):
    client = make_app(public_url=public, trusted_proxies=1).test_client()
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "waymark.example"}
    assert text_us(client, url="https://public.example/way/sms", headers=forwarded).status_code == 200
    assert text_us(client, sid="SM2").status_code == 403
    assert text_us(client, sid="SM2", url="https://waymark.example/sms", headers=forwarded).status_code == 403


def test_without_a_token_texting_by_twilio_is_off(make_app, text_us, rows):
    client = make_app(twilio_auth_token=SecretStr("")).test_client()
    response = text_us(client, token="")
    assert response.status_code == 503
    assert response.content_type == "application/problem+json"
    assert "twilio_auth_token" in response.get_json()["detail"]
    assert client.post("/sms/status", data={"MessageSid": "SM1", "MessageStatus": "failed"}).status_code == 403
    assert rows() == []


def test_only_posts_are_taken(client):
    for path in ("/sms", "/sms/status", "/notify/sms", "/notify/receipts"):
        assert client.get(path).status_code == 405
        assert set(client.get(path).headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


# What is kept of a text, and what is answered


def test_whatsapp_is_its_own_channel(client, engine, text_us):
    text_us(client, sender="whatsapp:" + NUMBER)
    assert engine.asked[-1][1] is Channel.WHATSAPP


def test_a_conversation_goes_on_by_number(client, engine, text_us):
    text_us(client, "one", "SM1")
    text_us(client, "two", "SM2", sender="whatsapp:" + NUMBER)
    text_us(client, "three", "SM3", sender=OTHER)
    assert [turns for turns, _ in engine.asked] == [("one",), ("one", "two"), ("three",)]


@pytest.mark.parametrize("body", ["", "   ", "😀", "\x07"])
def test_an_empty_message_gets_help(client, rows, text_us, body):
    assert message(text_us(client, body)) == "Your message was empty."
    assert not any(row.startswith("turns") for row in rows())
    assert message(text_us(client, body)) is None


def test_markup_in_a_message_is_only_text(client, text_us, engine):
    assert message(text_us(client, "<Response><Message>hi</Message></Response>")) == PORTAGE
    assert engine.asked[0][0] == ("<Response><Message>hi</Message></Response>",)


def test_markup_in_a_reply_is_only_text(client, text_us):
    assert message(text_us(client, "crawled </Message><Message to='+441'>a & b")).endswith("</Message><Message to='+441'>a & b")


def test_nul_and_halves_of_letters_are_taken(client, text_us, engine):
    assert message(text_us(client, "where\x00do i go")) == PORTAGE
    assert engine.asked[0][0] == ("where do i go",)


def test_a_signed_form_that_is_no_message_is_refused(client, rows, text_us):
    for sid, sender in (("", NUMBER), ("SM1", ""), ("SM'--", NUMBER), ("S" * 100, NUMBER), ("SM1\n", NUMBER), ("S", NUMBER), ("ŜM1", NUMBER)):
        response = text_us(client, sid=sid, sender=sender)
        assert (response.status_code, message(response)) == (400, None), (sid, sender)
    assert rows() == []


@pytest.mark.parametrize("said", ["where do i go", "danger", "STOP"])
def test_a_name_or_a_short_code_is_not_answered_and_nothing_is_kept(client, engine, rows, text_us, said):
    names = ("STOCKPORT", "GOV.UK", "T7700900123", "60777", "88440", "+60777", "whatsapp:Council", "messenger:447700900123")
    responses = {name: text_us(client, said, sender=name) for name in names}
    assert {name: (response.status_code, message(response)) for name, response in responses.items()} == dict.fromkeys(names, (200, None))
    assert (rows(), engine.asked) == ([], [])


def test_no_number_is_in_any_table(client, rows, text_us):
    text_us(client)
    text_us(client, "explode", sid="SM2", sender="whatsapp:" + NUMBER)
    text_us(client, "STOP", sid="SM3")
    kept = "\n".join(rows())
    assert "where do i go" in kept
    assert not any(number in kept for number in ("447700900123", "7700900123", "07700900123", "7700900999", "SM1", "SM2"))


def test_when_a_reply_has_gone_out_nothing_is_owed(app, client, rows, text_us):
    text_us(client)
    assert states(app) == []
    assert told(app).texts.use(HOUR) == (1, 1, 1)


def test_a_command_reaches_the_desk(client, engine, text_us):
    assert message(text_us(client, "STOP", "SM1")) == engine.texting["stop"]
    assert message(text_us(client, "where do i go", "SM2")) is None
    assert "999" in message(text_us(client, "danger", "SM3"))
    assert message(text_us(client, "START", "SM4")) == engine.texting["start"]


def test_what_twilio_answered_itself_is_kept_and_not_answered_again(app, client, text_us):
    form = FORM | {"Body": "REVOKE", "OptOutType": "STOP"}
    headers = {"X-Twilio-Signature": sign("http://localhost/sms", form)}
    assert message(client.post("/sms", data=form, headers=headers, buffered=True)) is None
    assert message(text_us(client, sid="SM2")) is None
    assert "999" in message(text_us(client, "danger", sid="SM3"))


def test_beyond_the_limit_there_is_one_line_and_then_silence(make_app, engine, text_us):
    client = make_app(texts_per_number_hour=3).test_client()
    replies = [message(text_us(client, f"question {n}", f"SM{n}")) for n in range(6)]
    assert replies[3] == engine.texting["too_many"].format(hours="an hour")
    assert [reply is None for reply in replies] == [False, False, False, False, True, True]


# The same text again


def test_the_same_message_twice_is_answered_and_kept_once(client, engine, rows, text_us):
    assert [message(text_us(client)) for _ in range(3)] == [PORTAGE, None, None]
    assert len(engine.asked) == 1
    assert sum(row.startswith("turns") for row in rows()) == 1


def test_a_message_replayed_later_is_not_answered_again(app, client, engine, text_us, clock):
    set_clock(app, clock)
    text_us(client)
    for wait in (1, LEASE, HOUR, DAY, 5 * DAY):
        clock.now += wait
        told(app)._purge()
        assert message(text_us(client)) is None
    assert len(engine.asked) == 1


def test_the_same_message_fifty_times_at_once_is_answered_and_kept_once(make_app, engine, rows, text_us):
    app = make_app(text_answer_seconds=30)
    with ThreadPoolExecutor(50) as pool:
        responses = list(pool.map(lambda _: text_us(app.test_client()), range(50)))
    assert {response.status_code for response in responses} == {200}
    assert sorted(message(response) or "" for response in responses) == [""] * 49 + [PORTAGE]
    assert len(engine.asked) == 1
    assert states(app) == []
    assert [sum(row.startswith(table) for row in rows()) for table in ("turns", "deliveries", "texts ")] == [1, 1, 0]


def test_twenty_messages_of_one_sender_at_once_are_all_answered(make_app, carriers, twilio, engine, rows, text_us):
    app = make_app(**carriers)
    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(lambda n: text_us(app.test_client(), f"message {n}", f"SM{n}"), range(20)))
    assert {(response.status_code, message(response)) for response in responses} == {(200, None)}
    until(lambda: len(twilio.sent) == 20 and states(app) == [], 60)
    assert sorted(turns[-1] for turns, _ in engine.asked) == sorted(f"message {n}" for n in range(20))
    assert sum(row.startswith("conversations") for row in rows()) == 1


def test_messages_of_many_senders_at_once_are_each_answered_with_their_own_reply(make_app, text_us):
    app = make_app(text_answer_seconds=30)

    def send(n):
        return message(text_us(app.test_client(), f"crawled words for {n}", f"SM{n}", sender=f"+4477009001{n:02}"))

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(send, range(20))) == [f"words for {n}" for n in range(20)]
    assert states(app) == []


def test_a_message_whose_process_ended_is_answered_when_twilio_delivers_it_again(app, client, engine, text_us, clock, monkeypatch):
    set_clock(app, clock)
    monkeypatch.setattr(told(app), "handed_over", lambda _: None)  # ended before its answer was written out
    assert message(text_us(client)) == PORTAGE
    assert message(text_us(client)) is None
    monkeypatch.undo()
    clock.now += LEASE
    assert [message(text_us(client)) for _ in range(2)] == [PORTAGE, None]
    assert (len(engine.asked), states(app)) == (1, [])


# Faults


def test_a_failing_engine_gives_a_fixed_line_and_leaves_nothing_owed(app, client, engine, rows, text_us):
    engine.failing = True
    assert message(text_us(client)) == FAULT
    assert message(text_us(client, "danger", sid="SM2")) == FAULT
    assert not any(row.startswith(("turns", "texts ")) for row in rows())
    engine.failing = False
    assert message(text_us(client, sid="SM3")) == PORTAGE


def test_the_line_for_faults_fits_one_message():
    assert gsm.encoding(FAULT) == "GSM-7"
    assert gsm.segments(FAULT) == 1
    assert "999" in FAULT


@pytest.mark.parametrize("table", ["texts", "deliveries", "senders", "turns", "conversations", "text_use"])
def test_a_failing_database_does_not_stand_between_danger_and_its_reply(make_app, text_us, table):
    app = make_app(text_answer_seconds=0.5)
    client = app.test_client()
    with app.extensions["waymark"].database.engine.begin() as connection:
        connection.execute(sql(f"DROP TABLE {table}"))
    response = text_us(client, "danger")
    assert response.status_code == 200
    assert "999" in message(response)
    assert message(text_us(client, "where do i go", sid="SM2")) == PORTAGE


@pytest.mark.parametrize("step", ["receive", "open", "settle", "hand_over"])
def test_whatever_step_fails_danger_is_answered(app, client, text_us, step, monkeypatch):
    monkeypatch.setattr(told(app).texts, step, broken)
    assert "999" in message(text_us(client, "danger"))


@pytest.mark.parametrize("step", ["open", "settle", "hand_over"])
def test_where_a_step_fails_that_nobody_waits_for_the_reply_comes_once_and_later(make_app, carriers, twilio, text_us, step, monkeypatch, clock):
    app = make_app(**carriers, threads=1)
    set_clock(app, clock)
    monkeypatch.setattr(told(app).texts, step, broken)
    assert message(text_us(app.test_client(), "danger")) is None
    worked(app)
    assert twilio.sent == []
    monkeypatch.undo()
    for _ in range(3):
        clock.now += LEASE
        told(app).see_to_due()
    assert ["999" in sent.body for sent in twilio.sent] == [True]
    assert states(app) == []


def test_where_a_text_cannot_be_kept_twilio_gets_the_reply_at_once(make_app, carriers, twilio, text_us, monkeypatch):
    app = make_app(**carriers)
    monkeypatch.setattr(told(app).texts, "receive", broken)
    assert "999" in message(text_us(app.test_client(), "danger"))
    assert twilio.sent == []


def test_without_engine_and_database_there_is_still_a_line(app, client, engine, text_us, monkeypatch):
    monkeypatch.setattr(told(app).texts, "receive", broken)
    engine.failing = True
    response = text_us(client, "danger")
    assert (response.status_code, message(response)) == (200, FAULT)


def test_a_fault_before_the_signature_is_checked_gives_no_message(client, monkeypatch):
    monkeypatch.setattr("web.texting.webhooks._signed", lambda _: 1 / 0)
    response = client.post("/sms", data=FORM)
    assert (response.status_code, message(response)) == (500, None)


# Twilio's status callback


def status(client, form, **more):
    headers = {"X-Twilio-Signature": sign("http://localhost/sms/status", form, **more)}
    return client.post("/sms/status", data=form, headers=headers)


@pytest.mark.parametrize("state", ["failed", "undelivered"])
@pytest.mark.parametrize(("to", "channel"), [(NUMBER, "sms"), ("whatsapp:" + NUMBER, "whatsapp")])
def test_a_reply_that_did_not_arrive_is_kept_once_without_number_and_words(app, client, rows, state, to, channel):
    form = {"MessageSid": "SM7", "MessageStatus": state, "To": to, "From": OURS, "ErrorCode": "30003"}
    assert [status(client, form).status_code for _ in range(3)] == [204] * 3
    (text,) = told(app).texts.listed()
    assert (text.state, text.provider, text.channel, text.why) == (FAILED, "twilio", channel, "not delivered, Twilio's code 30003")
    assert (text.sender, text.address, text.said, text.reply) == ("", "", "", "")
    assert not [row for row in rows() if "7700900" in row or "SM7" in row]


@pytest.mark.parametrize("code", ["", "<b>+447700900123</b>" * 9, "３００"])
def test_an_odd_error_code_breaks_nothing(app, client, code):
    assert status(client, {"MessageSid": "SM7", "MessageStatus": "failed", "ErrorCode": code}).status_code == 204
    (text,) = told(app).texts.listed()
    assert len(text.why) <= 80


def test_other_reports_are_taken_and_not_kept(client, rows):
    forms = [{"MessageSid": "SM7", "MessageStatus": state} for state in ("delivered", "queued", "sent", "", "FAILED")]
    forms += [{"MessageSid": sid, "MessageStatus": "failed"} for sid in ("", "SM'--", "S" * 99)]
    for form in (*forms, {"MessageSid": "SM7"}, {"MessageStatus": "failed"}, {}):
        assert status(client, form).status_code == 204, form
    assert rows() == []


def test_a_report_that_twilio_has_not_signed_is_refused(client, rows):
    form = {"MessageSid": "SM7", "MessageStatus": "failed", "To": NUMBER}
    right = sign("http://localhost/sms/status", form)
    wrong = [client.post("/sms/status", data=form), status(client, form, token="another")]
    wrong += [client.post("/sms/status", data=form | {name: "x"}, headers={"X-Twilio-Signature": right}) for name in (*form, "More")]
    wrong += [client.post("/sms/status?a=b", data=form, headers={"X-Twilio-Signature": right})]
    wrong += [client.post("/sms/status", data=form, headers={"X-Twilio-Signature": sign("http://localhost/sms", form)})]
    assert {(response.status_code, response.content_type) for response in wrong} == {(403, "application/problem+json")}
    assert rows() == []
    assert client.post("/sms/status", data=form, headers={"X-Twilio-Signature": right}).status_code == 204


# GOV.UK Notify

ID = "0a5f7b6e-6e5f-4e0a-9d0e-2f6c8d3c7a11"
INBOUND = {
    "id": ID, "source_number": "447700900123", "destination_number": "07700900999", "message": "where do i go",
    "date_received": "2026-05-14T12:15:30.000000Z",
}
ALLOWED = {"Authorization": f"Bearer {BEARER}"}


@pytest.fixture
def notified(make_app, carriers):
    """An app to which Notify delivers, whose workers take what they are given in order."""
    return make_app(**carriers, threads=1)


def worked(app):
    told(app)._workers().submit(int).result(timeout=10)


def deliver(app, headers=ALLOWED, path="/notify/sms", **changes):
    return app.test_client().post(path, json={key: value for key, value in (INBOUND | changes).items() if value is not ...}, headers=headers)


def test_notifys_text_is_acknowledged_and_answered_through_its_api(notified, notify, rows):
    response = deliver(notified)
    assert (response.status_code, response.data) == (204, b"")
    worked(notified)
    ((to, body),) = [(sent.to, sent.body) for sent in notify.sent]
    assert (to, body) == (NUMBER, PORTAGE)
    (kept,) = notify._notifications.values()
    assert kept["reference"] == told(notified).texts.ref("notify", ID)
    assert states(notified) == []
    assert not [row for row in rows() if "7700900" in row or ID in row]


@pytest.mark.parametrize("path", ["/notify/sms", "/notify/receipts"])
def test_without_the_bearer_token_nothing_is_taken(notified, notify, engine, rows, path):
    wrong = ["", "Bearer", "Bearer ", f"Bearer {BEARER}x", f"Bearer {BEARER[:-1]}", f"Bearer {BEARER.upper()}", f"Bearer  {BEARER}", BEARER]
    wrong += [f"Basic {BEARER}", f"Token {BEARER}", f"Bearer {BEARER}, Bearer {BEARER}", f"Bearer{BEARER}", f'Bearer "{BEARER}"', "Bearer Ã©"]
    wrong += [f"Basic {'A' * 60}", f"Bearer {NOTIFY_KEY}", f"Bearer {TOKEN}"]
    for headers in ({}, *({"Authorization": given} for given in wrong)):
        response = deliver(notified, headers=headers, path=path, reference="a" * 64, status="permanent-failure")
        assert (response.status_code, response.content_type) == (403, "application/problem+json"), headers
    worked(notified)
    assert (rows(), engine.asked, notify.sent) == ([], [], [])


def test_without_a_token_texting_by_notify_is_off(app, rows):
    for headers in (ALLOWED, {}, {"Authorization": "Bearer "}):
        for path in ("/notify/sms", "/notify/receipts"):
            response = deliver(app, headers=headers, path=path)
            assert response.status_code == 503
            assert "notify_bearer_token" in response.get_json()["detail"]
    assert rows() == []


MALFORMED = [b"", b"{", b"null", b"[]", b"[1]", b'"text"', b"5", b"\xff\xfe", b'{"id": NaN', b"[" * 20_000, b"{}", urlencode(INBOUND).encode()]


@pytest.mark.parametrize("path", ["/notify/sms", "/notify/receipts"])
def test_what_is_no_json_object_of_notifys_is_refused(notified, engine, rows, path):
    for body in MALFORMED:
        response = notified.test_client().post(path, data=body, content_type="application/json", headers=ALLOWED)
        assert (response.status_code, response.content_type) == (400, "application/problem+json"), body[:20]
    worked(notified)
    assert (rows(), engine.asked) == ([], [])


def test_json_that_does_not_say_that_it_is_json_is_refused(notified, rows):
    assert notified.test_client().post("/notify/sms", data=json.dumps(INBOUND), headers=ALLOWED).status_code == 400
    assert rows() == []


@pytest.mark.parametrize("name", ["id", "source_number", "message"])
def test_a_field_that_is_missing_or_of_another_kind_is_refused(notified, engine, rows, name):
    for value in (..., None, 5, True, [], {}, ["447700900123"], 1.5):
        assert deliver(notified, **{name: value}).status_code == 400, value
    worked(notified)
    assert (rows(), engine.asked) == ([], [])


def test_an_id_that_is_none_is_refused(notified, rows):
    for id in ("", "short", "x" * 65, "0a5f7b6e 6e5f", "0a5f7b6e'--", "0a5f7b6e-6e5f\n", "ŵŵŵŵŵŵŵŵ"):
        assert deliver(notified, id=id).status_code == 400, id
    assert rows() == []


def test_fields_that_are_not_needed_may_be_missing_or_more(notified, notify):
    for n, changes in enumerate(({"destination_number": ...}, {"destination_number": None}, {"date_received": ...}, {"more": {"a": 1}})):
        assert deliver(notified, id=f"{ID[:-1]}{n}", **changes).status_code == 204, changes
        worked(notified)
        assert len(notify.sent) == min(n + 1, 3)  # the fourth time the same is said


def test_a_number_is_the_same_sender_however_notify_writes_it(notified, notify, engine):
    for n, written in enumerate(("447700900123", "+447700900123", "07700900123", "07700 900 123")):
        assert deliver(notified, id=f"{ID[:-1]}{n}", source_number=written, message=f"{n}").status_code == 204
        worked(notified)
    assert [turns for turns, _ in engine.asked] == [("0",), ("0", "1"), ("0", "1", "2"), ("0", "1", "2", "3")]
    assert {sent.to for sent in notify.sent} == {NUMBER}


def test_a_number_of_another_country_is_answered_there(notified, notify):
    deliver(notified, source_number="4790123456")
    worked(notified)
    assert [sent.to for sent in notify.sent] == ["+4790123456"]


def test_notifys_name_or_short_code_is_not_answered_and_nothing_is_kept(notified, notify, engine, rows):
    for sender in ("STOCKPORT", "60777", "GOVUK", "T7700900123", " "):
        assert deliver(notified, source_number=sender).status_code == 204, sender
    worked(notified)
    assert (rows(), engine.asked, notify.sent) == ([], [], [])


def test_notifys_text_delivered_again_and_fifty_times_at_once_is_answered_once(notified, notify, engine):
    with ThreadPoolExecutor(50) as pool:
        assert {response.status_code for response in pool.map(lambda _: deliver(notified), range(50))} == {204}
    worked(notified)
    assert deliver(notified).status_code == 204
    worked(notified)
    assert (len(notify.sent), len(engine.asked), states(notified)) == (1, 1, [])


def test_notifys_texts_are_answered_in_the_order_in_which_they_came(make_app, carriers, notify, engine):
    app = make_app(**carriers, threads=4)
    for n in range(8):
        deliver(app, id=f"{ID[:-1]}{n}", message=f"question {n}")
    until(lambda: len(notify.sent) == 8)
    assert [turns[-1] for turns, _ in engine.asked] == [f"question {n}" for n in range(8)]
    assert engine.asked[-1][0] == tuple(f"question {n}" for n in range(8))


def test_where_notifys_text_cannot_be_kept_it_is_answered_all_the_same(notified, notify, monkeypatch):
    monkeypatch.setattr(told(notified).texts, "receive", broken)
    assert deliver(notified, message="danger").status_code == 204
    assert ["999" in sent.body for sent in notify.sent] == [True]


@pytest.mark.parametrize(("fault", "status_code"), [("drop", 503), (500, 503), (429, 503), (400, 204)])
def test_where_it_can_neither_be_kept_nor_sent_notify_is_to_deliver_it_again_unless_in_vain(notified, notify, fault, status_code, monkeypatch):
    monkeypatch.setattr(told(notified).texts, "receive", broken)
    notify.faults.append(fault)
    assert deliver(notified, message="danger").status_code == status_code
    monkeypatch.undo()
    deliver(notified, message="danger")
    worked(notified)
    assert len(notify.sent) == 1


def test_a_failing_engine_is_told_of_through_notify_too(notified, notify, engine):
    engine.failing = True
    deliver(notified)
    worked(notified)
    assert [sent.body for sent in notify.sent] == [FAULT]


# Notify's receipts


@pytest.mark.parametrize("state", ["permanent-failure", "temporary-failure", "technical-failure"])
def test_notifys_reply_that_did_not_arrive_is_kept_once_without_number(notified, notify, rows, state):
    deliver(notified)
    worked(notified)
    reference = told(notified).texts.ref("notify", ID)
    receipt = {"reference": reference, "status": state, "to": NUMBER, "id": ID, "notification_type": "sms"}
    for _ in range(2):
        assert notified.test_client().post("/notify/receipts", json=receipt, headers=ALLOWED).status_code == 204
    (text,) = told(notified).texts.listed()
    assert (text.state, text.provider, text.channel, text.ref) == (FAILED, "notify", "sms", reference)
    assert text.why.startswith("not delivered: ")
    assert not [row for row in rows() if "7700900" in row]


def test_other_receipts_are_taken_and_not_kept(notified, rows):
    receipts = [{"reference": "a" * 64, "status": status} for status in ("delivered", "sending", "", "Permanent-Failure")]
    receipts += [{"reference": wrong, "status": "permanent-failure"} for wrong in (None, "", "another's", "A" * 64, "a" * 63, "a" * 64 + "\n")]
    receipts += [{"status": "permanent-failure"}]
    for receipt in receipts:
        assert notified.test_client().post("/notify/receipts", json=receipt, headers=ALLOWED).status_code == 204, receipt
    assert rows() == []


def test_a_receipt_with_fields_of_another_kind_is_refused(notified, rows):
    receipts = [{"reference": wrong, "status": "permanent-failure"} for wrong in (5, ["a" * 64], {}, True)]
    receipts += [{"reference": "a" * 64, "status": wrong} for wrong in (["permanent-failure"], {}, 5, None)] + [{"reference": "a" * 64}]
    for receipt in receipts:
        assert notified.test_client().post("/notify/receipts", json=receipt, headers=ALLOWED).status_code == 400, receipt
    assert rows() == []


# A slow engine


@pytest.fixture
def slow(engine):
    """An engine that answers when it is let go."""
    go, answer = threading.Event(), engine.reply
    engine.reply = lambda *args: (go.wait(20), answer(*args))[1]
    yield go
    go.set()


def test_twilio_is_not_kept_waiting_and_the_reply_comes_later_through_its_api(make_app, carriers, twilio, engine, slow, text_us):
    app = make_app(**carriers, threads=1)
    begun = time.monotonic()
    response = text_us(app.test_client())
    assert time.monotonic() - begun < 5
    assert (response.status_code, message(response), states(app), twilio.sent) == (200, None, [RECEIVED], [])
    assert message(text_us(app.test_client())) is None
    slow.set()
    worked(app)
    assert [(sent.to, sent.sender, sent.body, sent.direction) for sent in twilio.sent] == [(NUMBER, OURS, PORTAGE, "outbound-api")]
    assert message(text_us(app.test_client())) is None
    assert (len(engine.asked), states(app)) == (1, [])


def test_a_webhook_that_has_to_carry_the_reply_waits_for_it_and_no_longer(make_app, engine, slow, text_us, clock):
    app = make_app(text_answer_seconds=0.1, threads=1)
    set_clock(app, clock)
    begun = time.monotonic()
    assert message(text_us(app.test_client())) is None
    assert 0.1 <= time.monotonic() - begun < 5
    slow.set()
    worked(app)
    assert states(app) == [OWED]
    assert message(text_us(app.test_client())) == PORTAGE  # delivered again, before it is due to anybody else
    assert (message(text_us(app.test_client())), states(app), len(engine.asked)) == (None, [], 1)


def test_notify_is_not_kept_waiting(notified, notify, slow):
    begun = time.monotonic()
    assert deliver(notified).status_code == 204
    assert time.monotonic() - begun < 5
    assert notify.sent == []
    slow.set()
    worked(notified)
    assert len(notify.sent) == 1


# Over a real connection, called by the stand-ins


@pytest.fixture
def address(make_app, carriers):
    app = make_app(**carriers, text_parts_seconds=0.2)
    with served(app) as url:
        app.url = url
        yield app


def test_twilio_delivers_and_the_telephone_gets_one_reply(address, twilio):
    assert twilio.deliver(f"{address.url}/sms#rc=5&rp=all", "where do i go") == 200
    until(lambda: twilio.sent and states(address) == [])
    assert [(sent.to, sent.body, sent.direction) for sent in twilio.sent] == [(NUMBER, PORTAGE, "outbound-api")]


def test_without_an_account_the_telephone_gets_the_reply_of_the_webhook(make_app, twilio):
    with served(app := make_app()) as url:
        assert twilio.deliver(f"{url}/sms", "where do i go") == 200
        until(lambda: states(app) == [])
    assert [(sent.to, sent.body, sent.direction) for sent in twilio.sent] == [(NUMBER, PORTAGE, "outbound-reply")]


@pytest.mark.parametrize("account", [True, False])
def test_twilio_delivers_the_same_text_many_times_at_once_and_the_telephone_gets_one_reply(make_app, carriers, twilio, engine, account):
    app = make_app(**carriers if account else {})
    with served(app) as url, ThreadPoolExecutor(25) as pool:
        assert set(pool.map(lambda _: twilio.deliver(f"{url}/sms", "where do i go", sid="SM1"), range(50))) == {200}
        until(lambda: twilio.sent and states(app) == [])
    assert (len(twilio.sent), len(engine.asked)) == (1, 1)


def test_twilio_reports_and_is_believed(make_app, carriers, twilio, monkeypatch):
    with served(app := make_app(**carriers)) as url:
        monkeypatch.setattr(told(app).providers["twilio"], "_settings", told(app).settings.model_copy(update={"public_url": url}))
        assert twilio.deliver(f"{url}/sms", "where do i go") == 200
        until(lambda: twilio.sent and states(app) == [])
        (sent,) = twilio.sent
        assert twilio.receipt(sent.sid, "delivered") == 204
        assert states(app) == []
        assert twilio.receipt(sent.sid, "undelivered", ErrorCode=30006) == 204
    assert [text.why for text in told(app).texts.listed()] == ["not delivered, Twilio's code 30006"]


def test_notify_delivers_and_reports(address, notify):
    id = str(uuid.uuid4())
    assert notify.deliver(f"{address.url}/notify/sms", "danger", id=id) == 204
    until(lambda: notify.sent and states(address) == [])
    assert ["999" in sent.body for sent in notify.sent] == [True]
    reference = told(address).texts.ref("notify", id)
    assert notify.receipt(f"{address.url}/notify/receipts", reference, "temporary-failure") == 204
    assert states(address) == [FAILED]


def test_the_parts_of_a_long_text_get_one_reply(make_app, carriers, twilio, engine):
    with served(app := make_app(**carriers)) as url:
        assert twilio.deliver(f"{url}/sms", "(1/2) my son") == 200
        until(lambda: states(app) == [HELD])
        assert twilio.deliver(f"{url}/sms", "(2/2) cannot read") == 200
        until(lambda: twilio.sent and states(app) == [])
    assert len(twilio.sent) == 1
    assert engine.asked[-1][0] == ("my son cannot read",)


def test_a_part_alone_is_answered_when_no_more_comes(address, twilio):
    assert twilio.deliver(f"{address.url}/sms", "(1/2) my son") == 200
    until(lambda: states(address) == [HELD])
    until(lambda: told(address).see_to_due())
    assert [(sent.body, sent.direction) for sent in twilio.sent] == [(PORTAGE, "outbound-api")]


def test_both_carriers_can_be_on_at_once_and_know_the_same_people(address, twilio, notify, engine):
    twilio.deliver(f"{address.url}/sms", "STOP")
    until(lambda: twilio.sent and states(address) == [])
    notify.deliver(f"{address.url}/notify/sms", "where do i go")
    notify.deliver(f"{address.url}/notify/sms", "danger")
    until(lambda: notify.sent and states(address) == [])
    assert ["999" in sent.body for sent in notify.sent] == [True]
    assert [sent.body for sent in twilio.sent] == [engine.texting["stop"]]


def test_texts_that_come_while_the_database_is_locked_are_answered(make_app, carriers, twilio, settings):
    app = make_app(**carriers)
    lock = sqlite3.connect(settings.database_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    with closing(lock), served(app) as url, ThreadPoolExecutor(8) as pool:
        lock.execute("BEGIN IMMEDIATE")
        delivered = [pool.submit(twilio.deliver, f"{url}/sms", "where do i go", sender=f"+4477009001{n:02}") for n in range(8)]
        threading.Event().wait(0.3)
        lock.execute("ROLLBACK")
        assert {one.result(timeout=15) for one in delivered} == {200}
        until(lambda: len(twilio.sent) == 8 and states(app) == [])
    assert len({sent.to for sent in twilio.sent}) == 8
