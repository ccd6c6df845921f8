"""What the carriers call: ``/sms`` and ``/sms/status`` for Twilio, ``/notify/sms`` and ``/notify/receipts`` for GOV.UK Notify."""

from __future__ import annotations

import hmac
import re
from typing import Any

from flask import Blueprint, Response, g, request
from sqlalchemy.exc import SQLAlchemyError
from twilio.request_validator import RequestValidator

from bot.records import Channel
from web.problems import problem, twiml
from web.site import clean, log, site
from web.texting import by_notify, by_twilio
from web.texting.numbers import WHATSAPP, phone_number
from web.texting.providers import RefusedError, TryAgainError
from web.texting.records import Incoming, Owed

blueprint = Blueprint("texting", __name__)
_SID = re.compile(r"[A-Za-z0-9]{2,64}")
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


@blueprint.post("/sms")
def receive() -> Response:
    """Twilio: keep one message and acknowledge it; the reply goes through Twilio's API, or as TwiML here where no account is configured."""
    token = site().settings.twilio_auth_token.get_secret_value()
    if not token:
        return problem(503, "Texting is off: set twilio_auth_token in the [web] table to turn it on.", "texting-off")
    if not _signed(token):
        return twiml(status=403)
    g.signed = True
    form = request.form
    sid, sender = form.get("MessageSid", ""), form.get("From", "")
    if not sender or not _SID.fullmatch(sid):
        return twiml(status=400)
    channel = Channel.WHATSAPP if sender.startswith(WHATSAPP) else Channel.SMS
    number = phone_number(sender)
    if number is None:
        return twiml()  # a name or a short code: whoever it is cannot be answered
    said = clean(form.get("Body", ""))
    incoming = Incoming(by_twilio.NAME, sid, number, sender, form.get("To", ""), said, channel, clean(form.get("OptOutType", "")))
    dispatch = site().dispatch
    try:
        if dispatch.can_send(by_twilio.NAME):
            dispatch.take(incoming)
            return twiml()
        owed = dispatch.answer(incoming)
    except SQLAlchemyError:
        log.exception("message not stored")
        return twiml(dispatch.desk.at_once(said, channel))
    if owed is None:
        return twiml()
    g.outcome, g.channel = owed.outcome, channel.value
    response = twiml(owed.reply)
    response.call_on_close(lambda: dispatch.handed_over(owed))
    return response


@blueprint.post(by_twilio.STATUS_PATH)
def status() -> Response:
    """Twilio: what became of a reply; one that did not arrive is kept for staff to see."""
    token = site().settings.twilio_auth_token.get_secret_value()
    if not token or not _signed(token):
        return problem(403, "This is not signed by Twilio.")
    failed = by_twilio.receipt_of(request.form)
    if failed and _SID.fullmatch(failed[0]):
        texts, channel = site().dispatch.texts, Channel.WHATSAPP if request.form.get("To", "").startswith(WHATSAPP) else Channel.SMS
        texts.report_failed(by_twilio.NAME, channel, texts.ref("twilio receipt", failed[0]), failed[1])
    return Response(status=204)


@blueprint.post("/notify/sms")
def receive_by_notify() -> Response:
    """GOV.UK Notify: keep one message and acknowledge it; it is answered through Notify's API."""
    if (refused := _not_notify()) is not None:
        return refused
    data = _json()
    fields = [data.get(name) for name in ("id", "source_number", "message", "destination_number")] if isinstance(data, dict) else []
    id, sender, said, ours = (field if isinstance(field, str) else "" for field in fields or ("",) * 4)
    if not _ID.fullmatch(id) or not sender or not isinstance(data.get("message"), str):
        return problem(400, "Send id, source_number and message as Notify does.")
    number = phone_number(sender)
    if number is None:
        return Response(status=204)
    incoming = Incoming(by_notify.NAME, id, number, number, clean(ours), clean(said))
    try:
        site().dispatch.take(incoming)
    except SQLAlchemyError:
        log.exception("message not stored")
        return _at_once(incoming)
    return Response(status=204)


@blueprint.post("/notify/receipts")
def notify_receipt() -> Response:
    """GOV.UK Notify: what became of a reply; one that did not arrive is kept for staff to see."""
    if (refused := _not_notify()) is not None:
        return refused
    data = _json()
    if not isinstance(data, dict) or not isinstance(data.get("reference"), str | None) or not isinstance(data.get("status"), str):
        return problem(400, "Send a delivery receipt as Notify does.")
    state, reference = data["status"], data.get("reference") or ""
    if state in by_notify.FAILED and re.fullmatch(r"[0-9a-f]{64}", reference):
        site().dispatch.texts.report_failed(by_notify.NAME, Channel.SMS, reference, f"not delivered: {by_notify.FAILED[state]}")
    return Response(status=204)


def _at_once(incoming: Incoming) -> Response:
    """Answer without storing anything: where that fails too, Notify is asked to deliver again."""
    dispatch = site().dispatch
    reply = dispatch.desk.at_once(incoming.said, incoming.channel)
    ref = dispatch.texts.ref(incoming.provider, incoming.id)
    try:
        dispatch.providers[incoming.provider].send(
            Owed(0, ref, incoming.provider, incoming.channel, incoming.sender, incoming.ours, reply, "", tries=1, created=0)
        )
    except TryAgainError:
        return problem(503, "The message could neither be kept nor answered now.")
    except RefusedError as fault:
        log.error("reply to a text not sent: %s", fault.why)
    return Response(status=204)


def _json() -> Any:
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _not_notify() -> Response | None:
    token = site().settings.notify_bearer_token.get_secret_value()
    if not token:
        return problem(503, "Texting by GOV.UK Notify is off: set notify_bearer_token in the [web] table to turn it on.", "texting-off")
    given: Any = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {token}".encode()):
        return problem(403, "The bearer token is missing or wrong.")
    return None


def _signed(token: str) -> bool:
    public = site().settings.public_url.rstrip("/") or f"{request.scheme}://{request.host}{request.root_path}"
    query = request.query_string.decode("ascii", "replace")
    url = f"{public}{request.path}{'?' if query else ''}{query}"
    try:
        return bool(RequestValidator(token).validate(url, request.form, request.headers.get("X-Twilio-Signature", "")))
    except ValueError:  # an address or text that cannot be signed at all
        return False
