"""``POST /sms``: text and WhatsApp messages by way of Twilio. The sender's number is hashed at once and goes no further."""

from __future__ import annotations

import hashlib
import hmac
import re

from flask import Blueprint, Response, g, request
from sqlalchemy.exc import SQLAlchemyError
from twilio.request_validator import RequestValidator

from bot.records import Channel, Outcome
from web.problems import problem, twiml
from web.site import clean, log, reply_to, site

blueprint = Blueprint("sms", __name__)
_SID = re.compile(r"[A-Za-z0-9]{2,64}")


@blueprint.post("/sms")
def receive() -> Response:
    """Answer one message with TwiML; the same message delivered again gets the same reply."""
    token = site().settings.twilio_auth_token.get_secret_value()
    if not token:
        return problem(503, "Texting is off: set twilio_auth_token in the [web] table to turn it on.", "texting-off")
    if not _signed(token):
        return twiml(status=403)
    g.signed = True
    sid, sender, text = (request.form.get(name, "") for name in ("MessageSid", "From", "Body"))
    if not sender or not _SID.fullmatch(sid):
        return twiml(status=400)
    channel = Channel.WHATSAPP if sender.startswith("whatsapp:") else Channel.SMS
    key = sender_key(sender, site().key)
    text = clean(text)
    try:
        with site().conversations.seen(sid, channel, key) as delivery:
            if not delivery.reply:
                reply = reply_to([*delivery.turns, text], channel)
                delivery.keep(None if reply.outcome is Outcome.ERROR else text, reply.text)
            words = delivery.reply or reply.text
    except SQLAlchemyError:
        log.exception("message not stored")  # the database must not stand between a person in danger and the answer
        words = reply_to([text], channel).text
    return twiml(words)


def sender_key(sender: str, key: bytes) -> str:
    """The conversation of a sender: HMAC-SHA256 of the number, so that nobody without the key can tell whose it is."""
    return hmac.new(key, sender.encode(), hashlib.sha256).hexdigest()


def _signed(token: str) -> bool:
    public = site().settings.public_url.rstrip("/")
    query = request.query_string.decode("ascii", "replace")
    url = f"{public}{request.path}{'?' if query else ''}{query}" if public else request.url
    try:
        return bool(RequestValidator(token).validate(url, request.form, request.headers.get("X-Twilio-Signature", "")))
    except ValueError:  # an address or text that cannot be signed at all
        return False
