"""The records that pass between the steps of a text, from a provider's delivery to the reply on its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.records import Channel
from web.models import Sender

RECEIVED, HELD, OWED, SENDING, FAILED = "received", "held", "owed", "sending", "failed"
"""States of a text: to be answered; breaks off, so its rest is waited for; answered, to be sent; being sent; given up."""
HOUR, DAY = 3600, 86_400
"""In seconds."""


@dataclass(frozen=True)
class Incoming:
    """A text message as a provider delivers it. ``number`` is in E.164 form; ``sender`` and ``ours`` are as the provider writes them."""

    provider: str
    id: str
    number: str
    sender: str
    ours: str
    said: str
    channel: Channel = Channel.SMS
    handled: str = ""


@dataclass(frozen=True)
class Owed:
    """A reply on its way: ``tries`` counts from 1. ``reply`` is empty where it was sealed with a secret that has been changed since."""

    number: int
    ref: str
    provider: str
    channel: Channel
    sender: str
    ours: str
    reply: str
    outcome: str
    tries: int
    created: int


@dataclass(frozen=True)
class Open:
    """A text to be answered, with what is known of who sent it. ``turns`` are their earlier messages of this conversation."""

    number: int
    key: str
    provider: str
    channel: Channel
    pieces: Sequence[str]
    turns: Sequence[str]
    began: str
    sender: Sender
    in_last_hour: int
    segments_today: int


@dataclass(frozen=True)
class Verdict:
    """What becomes of a text: the reply (empty: silence), what is stored of it, and how the sender's state changes."""

    reply: str
    outcome: str
    segments: int
    keep: str | None = None
    instead: bool = False
    wipe: bool = False
    changes: dict[str, Any] | None = None
