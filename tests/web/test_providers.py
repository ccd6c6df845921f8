"""The stand-ins for Twilio and Notify, by way of the providers' own client libraries."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
import requests
from notifications_python_client.errors import HTTP503Error, HTTPError
from notifications_python_client.notifications import NotificationsAPIClient
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tests.web.providers import NotifyStandIn, Sent, TwilioStandIn

ACCOUNT, TOKEN = "AC" + "0123456789abcdef" * 2, "a-twilio-token-for-tests"
SERVICE, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"
KEY, BEARER = f"tests-{SERVICE}-{SECRET}", "a-bearer-token-for-tests"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
THEIRS, OURS = "+447700900123", "+447700900999"
TWIML = "<Response><Message>Hello &lt;you&gt;</Message></Response>"


class Webhook:
    """A small server in our webhook's place: keeps what it is sent and answers what it is told."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[tuple[str, Any, str]] = []
        self.answers: Callable[[str], tuple[int, str] | None] = lambda _: (200, TWIML)


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    kept = Webhook()

    class Handler(BaseHTTPRequestHandler):
        timeout = 20

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            kept.calls.append((self.path, self.headers, body))
            answer = kept.answers(body)
            if answer:
                self.send_response(answer[0])
                self.send_header("Content-Type", "text/xml")
                self.end_headers()
                self.wfile.write(answer[1].encode())

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = False
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}/sms?from=twilio"
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn(ACCOUNT, TOKEN, retries=2, retry_seconds=0.01) as stand_in:
        yield stand_in


@pytest.fixture
def notify() -> Iterator[NotifyStandIn]:
    with NotifyStandIn(KEY, BEARER, retries=2, retry_seconds=0.01) as stand_in:
        yield stand_in


def twilio_client(stand_in: TwilioStandIn, token: str = TOKEN, timeout: float = 10) -> Client:
    client = Client(ACCOUNT, token, http_client=TwilioHttpClient(timeout=timeout))
    client.api.base_url = stand_in.url
    return client


def notify_client(stand_in: NotifyStandIn, key: str = KEY, timeout: float = 10) -> NotificationsAPIClient:
    return NotificationsAPIClient(key, base_url=stand_in.url, timeout=timeout)


def form_of(call: tuple[str, Any, str]) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(call[2], keep_blank_values=True).items()}


def test_twilio_accepts_a_message(twilio):
    before = datetime.now(UTC)
    message = twilio_client(twilio).messages.create(to=THEIRS, from_=OURS, body="Where to go: ŵ", status_callback="http://127.0.0.1/status")
    assert (message.status, message.direction, message.num_segments, message.error_code) == ("queued", "outbound-api", "1", None)
    assert message.date_sent is None
    assert before.replace(microsecond=0) <= message.date_created <= datetime.now(UTC)
    assert [(s.sid, s.to, s.sender, s.body, s.direction) for s in twilio.sent] == [
        (message.sid, THEIRS, OURS, "Where to go: ŵ", "outbound-api"),
    ]
    assert before <= twilio.sent[0].at <= datetime.now(UTC)
    assert twilio.callbacks == {message.sid: "http://127.0.0.1/status"}
    fetched = twilio_client(twilio).messages(message.sid).fetch()
    assert (fetched.status, fetched.body) == ("sent", "Where to go: ŵ")
    assert fetched.date_sent


def test_twilio_chooses_the_number_of_a_messaging_service(twilio):
    client = twilio_client(twilio)
    message = client.messages.create(to=THEIRS, messaging_service_sid="MG1", body="Hello")
    assert (message.status, message.from_, message.num_segments) == ("accepted", None, "0")
    assert twilio.sent[0].sender == OURS
    assert client.messages.list(from_=OURS)[0].messaging_service_sid == "MG1"


def test_twilio_lists_by_number_and_date_newest_first(twilio):
    client = twilio_client(twilio)
    for n in range(7):
        client.messages.create(to=THEIRS, from_=OURS, body=f"message {n}")
    client.messages.create(to="+447700900124", from_=OURS, body="another")
    now = datetime.now(UTC)
    listed = client.messages.list(to=THEIRS, from_=OURS, date_sent_after=now - timedelta(minutes=1), page_size=3)
    assert [m.body for m in listed] == [f"message {n}" for n in range(6, -1, -1)]
    assert len(client.messages.list(to=THEIRS, from_=OURS, date_sent_after=now - timedelta(minutes=1), limit=2)) == 2
    assert len(client.messages.list()) == 8
    assert len(client.messages.list(date_sent=now.date(), to="+447700900124")) == 1
    assert client.messages.list(date_sent_after=now + timedelta(minutes=1)) == []
    assert client.messages.list(date_sent_before=now - timedelta(minutes=1)) == []
    assert len(client.messages.list(date_sent_before=now)) == 8
    assert client.messages.list(to=THEIRS, from_="+447700900998") == []


def test_twilio_pages_as_json(twilio):
    for n in range(3):
        twilio_client(twilio).messages.create(to=THEIRS, from_=OURS, body=f"message {n}")
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    page = requests.get(f"{twilio.url}{path}?PageSize=2&DateSent>=2020-01-01", auth=(ACCOUNT, TOKEN), timeout=5).json()
    assert (page["page"], page["page_size"], page["start"], page["end"], page["previous_page_uri"]) == (0, 2, 0, 1, None)
    assert page["next_page_uri"].startswith(f"{path}?")
    assert parsedate_to_datetime(page["messages"][0]["date_sent"]) <= datetime.now(UTC)
    rest = requests.get(twilio.url + page["next_page_uri"], auth=(ACCOUNT, TOKEN), timeout=5).json()
    assert [m["body"] for m in rest["messages"]] == ["message 0"]
    assert rest["next_page_uri"] is None


@pytest.mark.parametrize(("given", "code"), [
    ({"to": "", "from_": OURS, "body": "a"}, 21604),
    ({"to": THEIRS, "body": "a"}, 21603),
    ({"to": THEIRS, "from_": OURS}, 21602),
    ({"to": "nobody", "from_": OURS, "body": "a"}, 21211),
    ({"to": THEIRS, "from_": OURS, "body": "a" * 1601}, 21617),
])
def test_twilio_refuses_what_is_no_message(twilio, given, code):
    with pytest.raises(TwilioRestException) as caught:
        twilio_client(twilio).messages.create(**given)
    assert (caught.value.status, caught.value.code) == (400, code)
    assert twilio.sent == []


def test_twilio_refuses_a_wrong_token(twilio):
    client = twilio_client(twilio, token="another")
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(to=THEIRS, from_=OURS, body="Hello")
    assert (caught.value.status, caught.value.code) == (401, 20003)
    with pytest.raises(TwilioException):
        client.messages.list()


@pytest.mark.parametrize(("fault", "status", "code"), [(500, 500, 20500), (429, 429, 20429), ((400, 21610), 400, 21610)])
def test_twilio_gives_errors_when_told_to(twilio, fault, status, code):
    client = twilio_client(twilio)
    twilio.faults.append(fault)
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(to=THEIRS, from_=OURS, body="Hello")
    assert (caught.value.status, caught.value.code, caught.value.method) == (status, code, "POST")
    assert str(code) in caught.value.msg
    assert twilio.sent == []
    client.messages.create(to=THEIRS, from_=OURS, body="Hello")
    assert len(twilio.sent) == 1


def test_an_error_on_twilios_list_has_its_status_only_in_the_response(twilio):
    twilio.faults.append(503)
    with pytest.raises(TwilioException) as caught:
        twilio_client(twilio).messages.list(to=THEIRS)
    assert not isinstance(caught.value, TwilioRestException)
    assert caught.value.args[1].status_code == 503


@pytest.mark.parametrize(("fault", "accepted"), [("drop", 0), ("accept_and_drop", 1)])
def test_twilio_closes_without_an_answer(twilio, fault, accepted):
    client = twilio_client(twilio)
    twilio.faults.append(fault)
    with pytest.raises(requests.ConnectionError):
        client.messages.create(to=THEIRS, from_=OURS, body="Hello")
    assert len(client.messages.list(to=THEIRS, from_=OURS)) == len(twilio.sent) == accepted


def test_twilio_accepts_and_answers_late(twilio):
    client = twilio_client(twilio, timeout=0.2)
    twilio.faults.append("slow")
    with pytest.raises(requests.ReadTimeout):
        client.messages.create(to=THEIRS, from_=OURS, body="Hello")
    assert len(twilio.sent) == 1


def test_twilio_that_is_not_there():
    with TwilioStandIn(ACCOUNT, TOKEN) as twilio:
        client = twilio_client(twilio)
    with pytest.raises(requests.ConnectionError):
        client.messages.create(to=THEIRS, from_=OURS, body="Hello")


def test_a_fault_that_there_is_not_fails_the_test():
    twilio = TwilioStandIn(ACCOUNT, TOKEN)
    twilio.__enter__()
    twilio.faults.append("drip")
    with pytest.raises(requests.ConnectionError):
        twilio_client(twilio).messages.list()
    with pytest.raises(ValueError, match="no such fault: 'drip'"):
        twilio.__exit__(None)


def test_twilio_delivers_and_sends_the_reply(twilio, webhook):
    assert twilio.deliver(webhook.url, "where & wer?", ProfileName="Ann", NumMedia=1) == 200
    (call,) = webhook.calls
    form = form_of(call)
    assert form | {"MessageSid": "", "SmsSid": ""} == {
        "MessageSid": "", "SmsSid": "", "AccountSid": ACCOUNT, "From": THEIRS, "To": OURS, "Body": "where & wer?", "NumMedia": "1",
        "NumSegments": "1", "ApiVersion": "2010-04-01", "ProfileName": "Ann",
    }
    assert form["MessageSid"] == form["SmsSid"]
    assert form["MessageSid"].startswith("SM")
    assert RequestValidator(TOKEN).validate(webhook.url, form, call[1]["X-Twilio-Signature"])
    assert not RequestValidator("another").validate(webhook.url, form, call[1]["X-Twilio-Signature"])
    assert [(s.to, s.sender, s.body, s.direction) for s in twilio.sent] == [(THEIRS, OURS, "Hello <you>", "outbound-reply")]
    directions = [m.direction for m in twilio_client(twilio).messages.list()]
    assert directions == ["outbound-reply", "inbound"]


def test_the_connection_overrides_in_a_fragment_are_not_signed(twilio, webhook):
    assert twilio.deliver(f"{webhook.url}#rc=2&rp=all", "hi") == 200
    assert RequestValidator(TOKEN).validate(webhook.url, form_of(webhook.calls[0]), webhook.calls[0][1]["X-Twilio-Signature"])


@pytest.mark.parametrize(("twiml", "words"), [
    ("<Response/>", []),
    ("<Response><Message/></Response>", []),
    ("plain words", []),
    ("<Response><Message>one</Message><Message to='+447700900124'><Body>two</Body></Message></Response>", ["one", "two"]),
])
def test_twilio_obeys_twiml(twilio, webhook, twiml, words):
    webhook.answers = lambda _: (200, twiml)
    assert twilio.deliver(webhook.url, "hi") == 200
    assert [s.body for s in twilio.sent] == words
    assert [s.to for s in twilio.sent][1:] == ["+447700900124"][: len(words)]


def test_twilio_tries_again_with_the_same_sid_and_token(twilio, webhook):
    answers = iter([(503, ""), None, (200, TWIML)])
    webhook.answers = lambda _: next(answers)
    assert twilio.deliver(webhook.url, "hi", sid="SM1") == 200
    assert [form_of(call)["MessageSid"] for call in webhook.calls] == ["SM1"] * 3
    assert len({call[1]["I-Twilio-Idempotency-Token"] for call in webhook.calls}) == 1
    assert len(twilio.sent) == 1


def test_twilio_gives_up(twilio, webhook):
    webhook.answers = lambda _: (500, "")
    assert twilio.deliver(webhook.url, "hi") == 500
    assert len(webhook.calls) == 3
    webhook.answers = lambda _: (403, TWIML)
    assert twilio.deliver(webhook.url, "hi") == 403
    assert len(webhook.calls) == 4
    webhook.answers = lambda _: None
    assert twilio.deliver(webhook.url, "hi") is None
    assert twilio.sent == []


def test_twilio_does_not_wait_for_ever(twilio, webhook):
    twilio.timeout_seconds, twilio.retries = 0.1, 0
    webhook.answers = lambda _: time.sleep(0.3)
    assert twilio.deliver(webhook.url, "hi") is None


def test_twilio_tells_what_became_of_a_message(twilio, webhook):
    message = twilio_client(twilio).messages.create(to=THEIRS, from_=OURS, body="Hello", status_callback=webhook.url)
    assert twilio.receipt(message.sid, "undelivered", ErrorCode=30003) == 200
    form = form_of(webhook.calls[0])
    assert (form["MessageSid"], form["MessageStatus"], form["ErrorCode"]) == (message.sid, "undelivered", "30003")
    assert RequestValidator(TOKEN).validate(webhook.url, form, webhook.calls[0][1]["X-Twilio-Signature"])
    assert message.fetch().status == "undelivered"


def test_fifty_messages_at_once_to_twilio_and_from_it(twilio, webhook):
    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(lambda n: twilio.deliver(webhook.url, f"message {n}"), range(50))) == {200}
        list(pool.map(lambda n: twilio_client(twilio).messages.create(to=THEIRS, from_=OURS, body=f"{n}"), range(50)))
    assert {form_of(call)["Body"] for call in webhook.calls} == {f"message {n}" for n in range(50)}
    assert len(webhook.calls) == 50
    assert len({s.sid for s in twilio.sent}) == len(twilio.sent) == 100
    assert [s.at for s in twilio.sent] == sorted(s.at for s in twilio.sent)
    assert len(twilio_client(twilio).messages.list(page_size=20)) == 150


def test_notify_accepts_a_message(notify):
    before = datetime.now(UTC)
    reply = notify_client(notify).send_sms_notification("07700900123", TEMPLATE, {"body": "Where to go"}, "reference-1", str(uuid.uuid4()))
    assert reply == {
        "id": reply["id"],
        "reference": "reference-1",
        "content": {"body": "Where to go", "from_number": "07700900999"},
        "uri": f"{notify.url}/v2/notifications/{reply['id']}",
        "template": {"id": TEMPLATE, "version": 1, "uri": f"{notify.url}/services/{SERVICE}/templates/{TEMPLATE}"},
        "scheduled_for": None,
    }
    assert notify.sent == [Sent(reply["id"], "07700900123", "07700900999", "Where to go", "outbound-api", notify.sent[0].at)]
    assert before <= notify.sent[0].at <= datetime.now(UTC)
    kept = notify_client(notify).get_notification_by_id(reply["id"])
    assert (kept["phone_number"], kept["status"], kept["type"], kept["sent_at"]) == ("07700900123", "created", "sms", None)


def test_notify_fills_its_template():
    with NotifyStandIn(KEY, BEARER, template="((name)): ((body)) ((body))") as notify:
        client = notify_client(notify)
        assert client.send_sms_notification("07700900123", TEMPLATE, {"name": "A", "body": "((b))\\1"})["content"]["body"] == "A: ((b))\\1 ((b))\\1"
        with pytest.raises(HTTPError) as caught:
            client.send_sms_notification("07700900123", TEMPLATE)
    assert caught.value.status_code == 400
    assert caught.value.message == [{"error": "BadRequestError", "message": "Missing personalisation: name, body"}]
    assert len(notify.sent) == 1


@pytest.mark.parametrize(("given", "error"), [
    ({"phone_number": "07700900123"}, "ValidationError"),
    ({"template_id": TEMPLATE}, "ValidationError"),
    ({"phone_number": "nobody", "template_id": TEMPLATE}, "ValidationError"),
    ({"phone_number": "07700900123", "template_id": "one"}, "ValidationError"),
    ({"phone_number": "07700900123", "template_id": TEMPLATE, "personalisation": "body"}, "ValidationError"),
    ({"phone_number": "07700900123", "template_id": TEMPLATE, "colour": "red"}, "ValidationError"),
    ({"phone_number": "07700900123", "template_id": TEMPLATE, "reference": "r" * 1001}, "ValidationError"),
    ({"phone_number": "07700900123", "template_id": TEMPLATE, "personalisation": {"body": "a" * 919}}, "BadRequestError"),
    ([], "ValidationError"),
])
def test_notify_refuses_what_is_no_message(notify, given, error):
    with pytest.raises(HTTPError) as caught:
        notify_client(notify).post("/v2/notifications/sms", given)
    assert (caught.value.status_code, caught.value.message[0]["error"]) == (400, error)
    assert notify.sent == []


def test_notify_refuses_wrong_keys(notify):
    for key in (f"tests-{SERVICE}-{uuid.uuid4()}", f"tests-{uuid.uuid4()}-{SECRET}"):
        with pytest.raises(HTTPError) as caught:
            notify_client(notify, key).send_sms_notification("07700900123", TEMPLATE, {"body": "a"})
        assert (caught.value.status_code, caught.value.message[0]["error"]) == (403, "AuthError")
    assert notify.sent == []


@pytest.mark.parametrize(("token", "status"), [
    (lambda now: jwt.encode({"iss": SERVICE, "iat": now - 20}, SECRET), 200),
    (lambda now: jwt.encode({"iss": SERVICE, "iat": now - 40}, SECRET), 403),
    (lambda now: jwt.encode({"iss": SERVICE, "iat": now + 40}, SECRET), 403),
    (lambda now: jwt.encode({"iss": SERVICE}, SECRET), 403),
    (lambda now: jwt.encode({"iat": now}, SECRET), 403),
    (lambda now: jwt.encode({"iss": SERVICE, "iat": now}, SECRET * 2, "HS512"), 403),
    (lambda now: "nothing", 403),
    (None, 401),
])
def test_notify_checks_the_token(notify, token, status):
    headers = {"Authorization": f"Bearer {token(int(time.time()))}"} if token else {}
    response = requests.get(f"{notify.url}/v2/notifications", headers=headers, timeout=5)
    assert response.status_code == status
    assert "notifications" in response.json() or response.json()["status_code"] == status


def test_notify_lists_newest_first():
    with NotifyStandIn(KEY, BEARER, page_size=2) as notify:
        client = notify_client(notify)
        ids = [client.send_sms_notification("07700900123", TEMPLATE, {"body": f"{n}"}, f"reference-{n % 2}")["id"] for n in range(5)]
        assert [n["body"] for n in client.get_all_notifications_iterator()] == ["4", "3", "2", "1", "0"]
        assert [n["body"] for n in client.get_all_notifications_iterator(reference="reference-0", template_type="sms")] == ["4", "2", "0"]
        assert [n["id"] for n in client.get_all_notifications(older_than=ids[2])["notifications"]] == [ids[1], ids[0]]
        assert client.get_all_notifications(reference="another") == {
            "notifications": [], "links": {"current": f"{notify.url}/v2/notifications?reference=another"},
        }
        assert client.get_all_notifications(template_type="email")["notifications"] == []
        assert client.get_all_notifications(status="delivered")["notifications"] == []
        for call in (lambda: client.get("/v2/notifications", {"ref": "1"}), lambda: client.get_notification_by_id("one")):
            with pytest.raises(HTTPError, match="400"):
                call()
        with pytest.raises(HTTPError, match="404"):
            client.get_notification_by_id(str(uuid.uuid4()))


@pytest.mark.parametrize(("fault", "status", "error"), [
    (500, 500, "Exception"), (429, 429, "RateLimitError"), ((429, "TooManyRequestsError"), 429, "TooManyRequestsError"), (503, 503, "Exception"),
])
def test_notify_gives_errors_when_told_to(notify, fault, status, error):
    client = notify_client(notify)
    notify.faults.append(fault)
    with pytest.raises(HTTPError) as caught:
        client.send_sms_notification("07700900123", TEMPLATE, {"body": "a"})
    assert (caught.value.status_code, caught.value.message[0]["error"]) == (status, error)
    assert isinstance(caught.value, HTTP503Error) == (status == 503)
    assert notify.sent == []


@pytest.mark.parametrize(("fault", "accepted", "cause"), [
    ("drop", 0, requests.ConnectionError), ("accept_and_drop", 1, requests.ConnectionError), ("slow", 1, requests.ReadTimeout),
])
def test_notify_gives_no_answer(notify, fault, accepted, cause):
    notify.faults.append(fault)
    with pytest.raises(HTTP503Error) as caught:
        notify_client(notify, timeout=0.2).send_sms_notification("07700900123", TEMPLATE, {"body": "a"}, "reference-1")
    assert isinstance(caught.value.__cause__, cause)
    assert (caught.value.response, caught.value.status_code, caught.value.message) == (None, 503, "Request failed")
    assert len(notify_client(notify).get_all_notifications(reference="reference-1")["notifications"]) == len(notify.sent) == accepted


def test_notify_delivers(notify, webhook):
    id = str(uuid.uuid4())
    assert notify.deliver(webhook.url, "where do i go?", id=id, date_received=datetime(2026, 5, 14, 12, 15, 30, tzinfo=UTC)) == 200
    ((_, headers, body),) = webhook.calls
    assert headers["Authorization"] == f"Bearer {BEARER}"
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == {
        "id": id, "source_number": "447700900123", "destination_number": "07700900999", "message": "where do i go?",
        "date_received": "2026-05-14T12:15:30.000000Z",
    }
    assert notify.sent == []


def test_notify_tries_again(notify, webhook):
    answers = iter([(404, ""), None, (204, "")])
    webhook.answers = lambda _: next(answers)
    assert notify.deliver(webhook.url, "hi") == 204
    assert len({body for *_, body in webhook.calls}) == 1
    assert len(webhook.calls) == 3
    webhook.answers = lambda _: (404, "")
    assert notify.deliver(webhook.url, "hi") == 404
    assert len(webhook.calls) == 6
    notify.retry_refusals = False
    assert notify.deliver(webhook.url, "hi") == 404
    assert len(webhook.calls) == 7


def test_notify_tells_what_became_of_a_message(notify, webhook):
    client = notify_client(notify)
    sent = client.send_sms_notification("07700900123", TEMPLATE, {"body": "a"}, "reference-1")
    assert notify.receipt(webhook.url, "reference-1", "delivered") == 200
    receipt = json.loads(webhook.calls[0][2])
    kept = client.get_notification_by_id(sent["id"])
    assert receipt == {
        "id": sent["id"], "reference": "reference-1", "to": "07700900123", "status": "delivered", "created_at": kept["created_at"],
        "completed_at": kept["completed_at"], "sent_at": kept["sent_at"], "notification_type": "sms", "template_id": TEMPLATE, "template_version": 1,
    }
    assert kept["status"] == "delivered"
    assert len(client.get_all_notifications(status="delivered")["notifications"]) == 1
    assert notify.receipt(webhook.url, "nobody's", "permanent-failure") == 200
    assert json.loads(webhook.calls[1][2]).keys() == receipt.keys()


def test_fifty_messages_at_once_to_notify_and_from_it(notify, webhook):
    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(lambda n: notify.deliver(webhook.url, f"message {n}"), range(50))) == {200}
        list(pool.map(lambda n: notify_client(notify).send_sms_notification("07700900123", TEMPLATE, {"body": f"{n}"}), range(50)))
    assert len({json.loads(body)["id"] for *_, body in webhook.calls}) == 50
    assert {s.body for s in notify.sent} == {f"{n}" for n in range(50)}
    assert [s.at for s in notify.sent] == sorted(s.at for s in notify.sent)
    assert len(list(notify_client(notify).get_all_notifications_iterator())) == 50
