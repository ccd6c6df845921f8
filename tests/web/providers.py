"""Stand-ins for Twilio and GOV.UK Notify: they speak the providers' protocols on this machine, so that the real client libraries are tested."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import sys
import threading
import time
import uuid
from abc import ABC, abstractmethod
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, urldefrag, urlencode, urlsplit
from xml.etree import ElementTree as ET

import jwt
import requests

from bot import gsm

NO_ANSWER = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


@dataclass(frozen=True)
class Sent:
    """A message that a provider has accepted and sends on to a telephone."""

    sid: str
    to: str
    sender: str
    body: str
    direction: str
    at: datetime


class Call(NamedTuple):
    """One request to a provider's API."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    body: str


class RefusedError(Exception):
    """An error that the API gives; its kind is a number at Twilio and the name of an error at Notify."""

    def __init__(self, status: int, kind: int | str | None = None, message: str = "") -> None:
        super().__init__(status, kind, message)
        self.status, self.kind, self.message = status, kind, message


class _Handler(BaseHTTPRequestHandler):
    """Answers in HTTP/1.0: each connection ends with its answer, so none is left open behind a test."""

    server: _Server
    timeout = 20

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        call = Call(self.command, address.path, parse_qs(address.query, keep_blank_values=True), self.headers, body)
        answer = self.server.provider.answer(call)
        if answer is None:
            return
        content = json.dumps(answer[1]).encode()
        self.send_response(answer[0])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for answers that are under way
    request_queue_size = 128

    def __init__(self, provider: ProviderStandIn) -> None:
        self.provider = provider
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, *_: object) -> None:
        error = sys.exception()
        if error and not isinstance(error, (ConnectionError, TimeoutError)):  # a client that went away is no fault of ours
            self.provider.broken.append(error)


class ProviderStandIn(ABC):
    """What the two stand-ins share: the server, the faults it is told to have, and the calls of our webhook.

    ``sent`` has every message accepted, in order. ``faults`` says what the next API calls shall do, one each: a status (``500``), a status
    with its kind (``(400, 21610)``), ``"drop"``, ``"accept_and_drop"`` or ``"slow"``, which accepts at once and answers late.
    """

    def __init__(self, *, number: str, retries: int, retry_seconds: float, timeout_seconds: float, slow_seconds: float) -> None:
        self.number, self.retries, self.retry_seconds = number, retries, retry_seconds
        self.timeout_seconds, self.slow_seconds = timeout_seconds, slow_seconds
        self.sent: list[Sent] = []
        self.faults: deque[int | tuple[int, int | str] | str] = deque()
        self.broken: list[BaseException] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()

    def __enter__(self) -> Self:
        self._closing.clear()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if self.broken and not failed:
            raise self.broken[0]

    def answer(self, call: Call) -> tuple[int, Any] | None:
        """The status and JSON for a call, or nothing when the connection is to be closed without an answer."""
        try:
            fault = self.faults.popleft()
        except IndexError:
            fault = None
        if fault == "drop":
            return None
        answer: tuple[int, Any]
        try:
            if isinstance(fault, int | tuple):
                raise RefusedError(*([fault] if isinstance(fault, int) else fault))
            if fault not in (None, "accept_and_drop", "slow"):
                raise ValueError(f"no such fault: {fault!r}")
            answer = self.serve(call)
        except RefusedError as error:
            answer = error.status, self.refusal(error)
        if fault == "slow":
            self._closing.wait(self.slow_seconds)
        return None if fault == "accept_and_drop" else answer

    @abstractmethod
    def serve(self, call: Call) -> tuple[int, Any]:
        """What the API answers to a call: status and JSON."""

    @abstractmethod
    def refusal(self, error: RefusedError) -> dict[str, Any]:
        """An error as the API writes it."""

    def _post(self, url: str, content: str, headers: dict[str, str], again: Callable[[int], bool]) -> requests.Response | None:
        """What our webhook answers in the end; nothing if the last try got no answer."""
        response = None
        for attempt in range(1 + self.retries):
            if attempt:
                self._closing.wait(self.retry_seconds)
            try:
                with requests.Session() as session:
                    session.trust_env = False
                    response = session.post(url, content.encode(), headers=headers, timeout=self.timeout_seconds, allow_redirects=False)
            except NO_ANSWER:
                response = None
            if response is not None and not again(response.status_code):
                break
        return response


class TwilioStandIn(ProviderStandIn):
    """Twilio's Messages resource, and its webhook for incoming messages.

    Its ``number`` is what a messaging service sends from. Incoming messages are in the list of messages too, as at Twilio, but not in ``sent``.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        number: str = "+447700900999",
        retries: int = 0,
        retry_seconds: float = 0.05,
        timeout_seconds: float = 15,
        slow_seconds: float = 1,
    ) -> None:
        super().__init__(number=number, retries=retries, retry_seconds=retry_seconds, timeout_seconds=timeout_seconds, slow_seconds=slow_seconds)
        self.account_sid, self.auth_token = account_sid, auth_token
        self.callbacks: dict[str, str] = {}
        self._path = f"/2010-04-01/Accounts/{account_sid}/Messages"
        self._messages: dict[str, tuple[datetime, dict[str, Any]]] = {}

    def serve(self, call: Call) -> tuple[int, Any]:
        wanted = b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        if call.headers.get("Authorization") != f"Basic {wanted}":
            raise RefusedError(401, 20003)
        if call.path == f"{self._path}.json":
            return (201, self._create(call)) if call.method == "POST" else (200, self._page(call))
        sid = call.path.removeprefix(f"{self._path}/").removesuffix(".json")
        with self._lock:
            if call.method == "GET" and sid in self._messages:
                return 200, dict(self._messages[sid][1])
        raise RefusedError(404, 20404)

    def refusal(self, error: RefusedError) -> dict[str, Any]:
        code = error.kind or 20000 + error.status
        message = error.message or f"refused by the stand-in with {code}"
        return {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": error.status}

    def deliver(
        self, url: str, body: str, sender: str = "+447700900123", sid: str | None = None, ours: str = "+447700900999", **extra: object
    ) -> int | None:
        """Post an incoming message to our webhook, and send what its TwiML says; gives the last status, or nothing if there was none."""
        sid = sid or _sid()
        with self._lock:
            if sid not in self._messages:
                self._keep(sid, ours, sender, body, "inbound", "received")
        form = {"MessageSid": sid, "SmsSid": sid, "From": sender, "To": ours, "Body": body, "NumMedia": "0", "NumSegments": str(gsm.segments(body))}
        response = self._hook(url, form | {name: str(value) for name, value in extra.items()})
        if response is not None and response.status_code == 200:
            for words, to, own in _replies(response.content):
                self._accept(to or sender, own or ours, words, "outbound-reply")
        return None if response is None else response.status_code

    def receipt(self, sid: str, status: str = "delivered", url: str = "", **extra: object) -> int | None:
        """Post a status callback, to the message's own ``StatusCallback`` if no other address is given."""
        with self._lock:
            message = self._messages[sid][1]
            message["status"] = status
        form = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status, "From": message["from"], "To": message["to"]}
        response = self._hook(url or self.callbacks[sid], form | {name: str(value) for name, value in extra.items()})
        return None if response is None else response.status_code

    def _hook(self, url: str, form: dict[str, str]) -> requests.Response | None:
        form = {"AccountSid": self.account_sid, "ApiVersion": "2010-04-01"} | form
        signed = urldefrag(url).url + "".join(name + form[name] for name in sorted(form))
        signature = b64encode(hmac.new(self.auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": signature,
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
        }
        return self._post(url, urlencode(form), headers, lambda status: status >= 500)

    def _create(self, call: Call) -> dict[str, Any]:
        form = {name: values[-1] for name, values in parse_qs(call.body, keep_blank_values=True).items()}
        to, body, service = form.get("To", ""), form.get("Body", ""), form.get("MessagingServiceSid")
        sender = form.get("From") or (self.number if service else "")
        for given, code in ((to, 21604), (sender, 21603), (body, 21602)):
            if not given:
                raise RefusedError(400, code)
        if not re.fullmatch(r"(\w+:)?\+?\d{5,15}", to):
            raise RefusedError(400, 21211)
        if len(body) > 1600:
            raise RefusedError(400, 21617)
        resource = self._accept(to, sender, body, "outbound-api", service, form.get("StatusCallback"))
        if form.get("From"):
            return resource | {"status": "queued", "date_sent": None}
        return resource | {"status": "accepted", "date_sent": None, "from": None, "num_segments": "0"}  # no sender is chosen yet

    def _accept(self, to: str, sender: str, body: str, direction: str, service: str | None = None, callback: str | None = None) -> dict[str, Any]:
        sid = _sid()
        with self._lock:
            at, resource = self._keep(sid, to, sender, body, direction, "sent", service)
            self.sent.append(Sent(sid, to, sender, body, direction, at))
            if callback:
                self.callbacks[sid] = callback
            return dict(resource)

    def _keep(
        self, sid: str, to: str, sender: str, body: str, direction: str, status: str, service: str | None = None
    ) -> tuple[datetime, dict[str, Any]]:
        at = datetime.now(UTC)
        moment, uri = format_datetime(at), f"{self._path}/{sid}"
        self._messages[sid] = at, {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": body,
            "date_created": moment,
            "date_sent": moment,
            "date_updated": moment,
            "direction": direction,
            "error_code": None,
            "error_message": None,
            "from": sender,
            "messaging_service_sid": service,
            "num_media": "0",
            "num_segments": str(gsm.segments(body)),
            "price": None,
            "price_unit": "USD",
            "sid": sid,
            "status": status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": to,
            "uri": f"{uri}.json",
        }
        return self._messages[sid]

    def _page(self, call: Call) -> dict[str, Any]:
        query = {name: values[-1] for name, values in call.query.items()}
        try:
            size, page = min(int(query.get("PageSize", 50)), 1000), int(query.get("Page", 0))
            earliest = _moment(query.get("DateSent>", "0001-01-01"))
            latest = _moment(query.get("DateSent<", "9000-01-01"), end=True)
            if "DateSent" in query:
                day = query["DateSent"][:10]
                earliest, latest = max(earliest, _moment(day)), min(latest, _moment(day, end=True))
        except ValueError:
            raise RefusedError(400, 20001) from None
        with self._lock:
            found = [
                dict(m)
                for at, m in reversed(self._messages.values())
                if earliest <= at <= latest and query.get("To", m["to"]) == m["to"] and query.get("From", m["from"]) == m["from"]
            ]
        place = next((n + 1 for n, m in enumerate(found) if query.get("PageToken") == f"PA{m['sid']}"), 0)
        shown, rest = found[place : place + size], found[place + size :]
        filters = {name: value for name, value in query.items() if name not in ("PageSize", "Page", "PageToken")} | {"PageSize": size}

        def uri(number: int, token: str = "") -> str:
            return f"{call.path}?{urlencode(filters | {'Page': number} | ({'PageToken': token} if token else {}))}"

        return {
            "end": max(page * size + len(shown) - 1, 0),
            "first_page_uri": uri(0),
            "messages": shown,
            "next_page_uri": uri(page + 1, f"PA{shown[-1]['sid']}") if rest else None,
            "page": page,
            "page_size": size,
            "previous_page_uri": None,
            "start": page * size,
            "uri": uri(page, query.get("PageToken", "")),
        }


class NotifyStandIn(ProviderStandIn):
    """GOV.UK Notify's text messages, and its callbacks for received messages and delivery receipts.

    Notify says that it tries a failed callback again; its source does so only after no answer, a 429 or a 5xx. ``retry_refusals=False`` is like
    the source; else anything but a 2xx is tried again.
    """

    def __init__(
        self,
        api_key: str,
        bearer_token: str,
        *,
        template: str = "((body))",
        number: str = "07700900999",
        page_size: int = 250,
        retry_refusals: bool = True,
        retries: int = 0,
        retry_seconds: float = 0.05,
        timeout_seconds: float = 5,
        slow_seconds: float = 1,
    ) -> None:
        super().__init__(number=number, retries=retries, retry_seconds=retry_seconds, timeout_seconds=timeout_seconds, slow_seconds=slow_seconds)
        self.service_id, self.secret, self.bearer_token = api_key[-73:-37], api_key[-36:], bearer_token
        self.template, self.page_size, self.retry_refusals = template, page_size, retry_refusals
        self._notifications: dict[str, dict[str, Any]] = {}

    def serve(self, call: Call) -> tuple[int, Any]:
        self._admit(call.headers.get("Authorization", ""))
        base, _, id = call.path.partition("/v2/notifications")
        if not base and call.method == "POST" and id == "/sms":
            return 201, self._create(call.body)
        if not base and call.method == "GET" and id == "":
            return 200, self._page(call.query)
        if not base and call.method == "GET":
            _uuid("notification_id", id[1:])
            with self._lock:
                if id[1:] in self._notifications:
                    return 200, dict(self._notifications[id[1:]])
        raise RefusedError(404)

    def refusal(self, error: RefusedError) -> dict[str, Any]:
        names = {400: "BadRequestError", 401: "AuthError", 403: "AuthError", 404: "NoResultFound", 429: "RateLimitError"}
        name = error.kind or names.get(error.status, "Exception")
        message = error.message or f"refused by the stand-in with {error.status}"
        return {"status_code": error.status, "errors": [{"error": name, "message": message}]}

    def deliver(
        self, url: str, message: str, sender: str = "447700900123", id: str | None = None, date_received: datetime | str | None = None
    ) -> int | None:
        """Post a received message to our webhook; gives the last status, or nothing if there was none."""
        received = date_received or datetime.now(UTC)
        return self._call_back(url, {
            "id": id or str(uuid.uuid4()),
            "source_number": sender,
            "destination_number": self.number,
            "message": message,
            "date_received": received if isinstance(received, str) else _stamp(received),
        })

    def receipt(self, url: str, reference: str | None, status: str) -> int | None:
        """Post a delivery receipt for the last notification with a reference; where there is none, for one that nobody sent."""
        done = _stamp(datetime.now(UTC))
        with self._lock:
            notification = next((n for n in reversed(self._notifications.values()) if n["reference"] == reference), None)
            if notification is None:
                notification = self._notification(str(uuid.uuid4()), "07700900123", "", reference, str(uuid.uuid4()))
            notification |= {"status": status, "sent_at": notification["sent_at"] or done, "completed_at": done}
        return self._call_back(url, {
            "id": notification["id"],
            "reference": reference,
            "to": notification["phone_number"],
            "status": status,
            "created_at": notification["created_at"],
            "completed_at": notification["completed_at"],
            "sent_at": notification["sent_at"],
            "notification_type": "sms",
            "template_id": notification["template"]["id"],
            "template_version": notification["template"]["version"],
        })

    def _call_back(self, url: str, data: dict[str, Any]) -> int | None:
        def again(status: int) -> bool:
            return not 200 <= status < 300 and (self.retry_refusals or status >= 500 or status == 429)

        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.bearer_token}"}
        response = self._post(url, json.dumps(data), headers, again)
        return None if response is None else response.status_code

    def _admit(self, authorization: str) -> None:
        if authorization[:7].title() != "Bearer ":
            raise RefusedError(401, message="no bearer token")
        try:
            claims = jwt.decode(authorization[7:], self.secret, ["HS256"], options={"require": ["iss", "iat"]}, leeway=30)
        except jwt.InvalidTokenError as error:
            raise RefusedError(403, message=f"invalid token: {error}") from None
        if claims["iss"] != self.service_id:
            raise RefusedError(403, message="invalid token: no such service")
        if int(time.time()) > int(claims["iat"]) + 30:
            raise RefusedError(403, message="invalid token: too old")

    def _create(self, body: str) -> dict[str, Any]:
        try:
            form = json.loads(body)
        except ValueError:
            raise RefusedError(400, message="no JSON") from None
        self._check(form)
        given = {name: str(value) for name, value in form.get("personalisation", {}).items() if value is not None}
        missing = [name for name in dict.fromkeys(re.findall(r"\(\(([^()]+)\)\)", self.template)) if name not in given]
        if missing:
            raise RefusedError(400, message=f"Missing personalisation: {', '.join(missing)}")
        words = re.sub(r"\(\(([^()]+)\)\)", lambda found: given[found[1]], self.template)
        if len(words) > 918:
            raise RefusedError(400, message="more than 918 characters")
        id = str(uuid.uuid4())
        with self._lock:
            notification = self._notification(id, form["phone_number"], words, form.get("reference"), form["template_id"])
            self._notifications[id] = notification
            self.sent.append(Sent(id, form["phone_number"], self.number, words, "outbound-api", datetime.fromisoformat(notification["created_at"])))
        return {
            "id": id,
            "reference": notification["reference"],
            "content": {"body": words, "from_number": self.number},
            "uri": f"{self.url}/v2/notifications/{id}",
            "template": dict(notification["template"]),
            "scheduled_for": None,
        }

    def _check(self, form: Any) -> None:
        kinds = {"phone_number": str, "template_id": str, "personalisation": dict, "reference": str, "sms_sender_id": str}
        if not isinstance(form, dict):
            raise _invalid("not an object")
        for name in ("phone_number", "template_id"):
            if name not in form:
                raise _invalid(f"{name} is a required property")
        for name, value in form.items():
            if name not in kinds:
                raise _invalid(f"{name} is not known")
            if not isinstance(value, kinds[name]):
                raise _invalid(f"{name} is not of type {kinds[name].__name__}")
        for name in ("template_id", "sms_sender_id"):
            if name in form:
                _uuid(name, form[name])
        if not re.fullmatch(r"\+?\d{10,15}", re.sub(r"[\s()-]", "", form["phone_number"])):
            raise _invalid("phone_number is no number")
        if len(form.get("reference", "")) > 1000:
            raise _invalid("reference is too long")

    def _notification(self, id: str, to: str, body: str, reference: str | None, template_id: str) -> dict[str, Any]:
        nothing = ("email_address", "line_1", "line_2", "line_3", "line_4", "line_5", "line_6", "postcode", "subject")
        later = ("created_by_name", "sent_at", "completed_at", "scheduled_for", "postage", "one_click_unsubscribe_url")
        return dict.fromkeys(nothing + later) | {
            "id": id,
            "reference": reference,
            "phone_number": to,
            "type": "sms",
            "status": "created",
            "template": {"id": template_id, "version": 1, "uri": f"{self.url}/services/{self.service_id}/templates/{template_id}"},
            "body": body,
            "created_at": _stamp(datetime.now(UTC)),
        }

    def _page(self, query: dict[str, list[str]]) -> dict[str, Any]:
        for name in query:
            if name not in ("reference", "template_type", "status", "older_than", "include_jobs"):
                raise _invalid(f"{name} is not known")
        older = query.get("older_than", [""])[0]
        if older:
            _uuid("older_than", older)
        with self._lock:
            every = [dict(n) for n in reversed(self._notifications.values())]
        if older:
            every = every[next((n + 1 for n, e in enumerate(every) if e["id"] == older), len(every)) :]
        references, types, statuses = query.get("reference", [])[:1], query.get("template_type", []), query.get("status", [])
        shown = [
            n
            for n in every
            if (not references or n["reference"] in references) and (not types or "sms" in types) and (not statuses or n["status"] in statuses)
        ][: self.page_size]
        address = f"{self.url}/v2/notifications"
        links = {"current": f"{address}?{urlencode(query, doseq=True)}" if query else address}
        if shown:
            links["next"] = f"{address}?{urlencode(query | {'older_than': [shown[-1]['id']]}, doseq=True)}"
        return {"notifications": shown, "links": links}


def _sid() -> str:
    return "SM" + secrets.token_hex(16)


def _moment(text: str, end: bool = False) -> datetime:
    """The first or the last moment of a day, or of a second."""
    start = datetime.fromisoformat(text)
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    return start + timedelta(days=len(text) == 10, seconds=len(text) != 10, microseconds=-1) if end else start


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _replies(twiml: bytes) -> list[tuple[str, str | None, str | None]]:
    """The words of each ``<Message>``, with the numbers it names; TwiML that cannot be read sends nothing."""
    try:
        root = ET.fromstring(twiml)
    except ET.ParseError:
        return []
    verbs = root.findall("Message") if root.tag == "Response" else []
    found = [(verb.findtext("Body") or verb.text or "", verb.get("to"), verb.get("from")) for verb in verbs]
    return [reply for reply in found if reply[0].strip()]


def _invalid(message: str) -> RefusedError:
    return RefusedError(400, "ValidationError", message)


def _uuid(name: str, text: str) -> None:
    try:
        uuid.UUID(text)
    except ValueError:
        raise _invalid(f"{name} is not a valid UUID") from None
