"""Replies that many tests of the bot look at, each asked for once in a session."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.engine import Engine
from bot.records import Channel, Reply
from tests.bot.questions import everything


@dataclass(frozen=True)
class Asked:
    """A conversation with its reply on each channel."""

    turns: tuple[str, ...]
    replies: dict[Channel, Reply]

    @property
    def web(self) -> Reply:
        return self.replies[Channel.WEB]

    @property
    def sms(self) -> Reply:
        return self.replies[Channel.SMS]


@pytest.fixture(scope="session")
def asked(engine: Engine) -> list[Asked]:
    """Every development question and every one of ours, on the two channels that shape a reply differently."""
    return [Asked(tuple(turns), {channel: engine.reply(turns, channel) for channel in (Channel.WEB, Channel.SMS)}) for turns in everything()]
