"""``/staff/phone``: a phone in the browser, which shows replies as a handset would get them. Only in development mode."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request

from bot import gsm
from bot.records import Channel
from web.site import clean, site
from web.texting.numbers import phone_number
from web.texting.records import DAY, FAILED, HOUR, Incoming

blueprint = Blueprint("phone", __name__)
NAME = "phone"
NUMBER = "07700 900123"
"""Offered at first: of the range that Ofcom keeps for films and plays, so it is nobody's."""
_SHOWN = 40
_CHANNELS = {Channel.SMS.value: "Text message", Channel.WHATSAPP.value: "WhatsApp"}


@dataclass(frozen=True)
class Bubble:
    """One message on the screen; ``ours`` where it is a reply."""

    ours: bool
    text: str
    channel: str

    @property
    def parts(self) -> list[str]:
        """The segments in which a text message goes out; a WhatsApp message is one."""
        return gsm.split(self.text) if self.channel == Channel.SMS.value else [self.text]

    @property
    def encoding(self) -> str:
        """GSM-7 or UCS-2."""
        return gsm.encoding(self.text)

    def units(self, part: str) -> int:
        """Length of a part in the units of its encoding."""
        return gsm.septets(part) if self.encoding == "GSM-7" else len(part.encode("utf-16-be")) // 2


@blueprint.route("/staff/phone", methods=["GET", "POST"])
def page() -> str:
    """The phone, with what was said so far; a message that is posted goes the same way as any other text."""
    form = request.form
    given = form.get("number", NUMBER)
    channel = form.get("channel", Channel.SMS.value)
    if channel not in _CHANNELS:
        abort(400)
    bubbles, error = _earlier(form.get("said", "[]"), channel), ""
    if request.method == "POST":
        number = phone_number(given)
        if number is None:
            error = "That is not a phone number. Numbers from 07700 900000 to 07700 900999 belong to nobody."
        else:
            said = clean(form.get("text", ""))
            incoming = Incoming(NAME, secrets.token_hex(16), number, number, NAME, said, Channel(channel))
            owed = site().dispatch.answer(incoming)
            bubbles.append(Bubble(False, said, channel))
            if owed:
                bubbles.append(Bubble(True, owed.reply, channel))
                site().dispatch.handed_over(owed)
            else:
                error = "No reply: the number has said STOP, sent too much, or sends the same again and again."
    texts = site().dispatch.texts
    return render_template(
        "phone.html",
        bubbles=bubbles,
        said=json.dumps([[b.ours, b.text] for b in bubbles[-_SHOWN:]]),
        number=given,
        channel=channel,
        channels=_CHANNELS,
        error=error,
        limits=site().settings,
        hour=texts.use(HOUR),
        day=texts.use(DAY),
        failed=[text for text in texts.listed() if text.state == FAILED],
        owed=[text for text in texts.listed() if text.state != FAILED],
    )


def _earlier(said: str, channel: str) -> list[Bubble]:
    try:
        found = json.loads(said)
        return [Bubble(bool(ours), str(text), channel) for ours, text in found][-_SHOWN:]
    except (ValueError, TypeError):
        abort(400)
