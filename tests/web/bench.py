"""Texting put together without the web, with a clock of the test's own and, where wanted, a carrier that only notes what it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.records import Channel
from tests.web.conftest import NUMBER, StandIn
from web.conversations import Conversations
from web.database import Database
from web.models import Sender, Text
from web.settings import WebSettings
from web.texting.by_notify import NotifyProvider
from web.texting.by_twilio import TwilioProvider
from web.texting.desk import Desk
from web.texting.dispatch import Dispatch
from web.texting.numbers import Vault
from web.texting.providers import Provider
from web.texting.records import Incoming, Owed
from web.texting.store import Texts

OURS = "+447700900999"
ACCOUNT = "AC" + "0123456789abcdef" * 2
NOTIFY_KEY = "tests-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0"
BEARER = "a-bearer-token-for-tests"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"


class Clock:
    """Goes on only when it is told to; it starts with an hour."""

    now = 1_699_999_200.0

    def __call__(self) -> float:
        return self.now


class Notes:
    """A carrier that notes what it is given and always takes it."""

    def __init__(self, name: str = "twilio", can_send: bool = True) -> None:
        self.name, self.can_send = name, can_send
        self.sent: list[Owed] = []

    def send(self, reply: Owed) -> None:
        self.sent.append(reply)

    def has_sent(self, reply: Owed) -> bool | None:
        return any(one.ref == reply.ref for one in self.sent)


class Bench:
    """The parts of texting, and a telephone that texts them."""

    def __init__(self, settings: WebSettings, engine: StandIn, clock: Clock, providers: Mapping[str, Provider] | None = None) -> None:
        self.settings, self.engine, self.clock = settings, engine, clock
        self.database = Database(settings)
        self.conversations = Conversations(self.database, settings.conversation_minutes, clock)
        self.vault = Vault(settings.secret_key.get_secret_value().encode())
        self.texts = Texts(self.database, self.conversations, self.vault, clock)
        self.providers = real_providers(settings) if providers is None else providers
        self.desk = Desk(settings, self.texts, self.vault, engine, self.can_send, clock)
        self.dispatch = Dispatch(settings, self.texts, self.desk, self.providers, self.purge, clock)
        self._told = 0

    def can_send(self, provider: str) -> bool:
        return provider in self.providers and self.providers[provider].can_send

    def purge(self) -> None:
        self.conversations.purge()
        self.texts.purge(self.settings.text_failures_days)
        self.database.tidy()

    def text(self, said: str = "where do i go", sender: str = NUMBER, id: str = "", **more: Any) -> Incoming:
        """A text as a provider delivers it, with an id of its own unless one is given."""
        self._told += 1
        number = sender.removeprefix("whatsapp:")
        channel = Channel.WHATSAPP if number != sender else Channel.SMS
        return Incoming(more.pop("provider", "twilio"), id or f"SM{self._told}", number, sender, OURS, said, channel, **more)

    def receive(self, *args: Any, **more: Any) -> int:
        """Keep a text that has not come before, and return its number."""
        number = self.texts.receive(self.text(*args, **more))
        assert number is not None
        return number

    def say(self, *args: Any, final: bool = False, **more: Any) -> str:
        """Text something and get what is texted back, at once; empty: nothing is."""
        number = self.receive(*args, **more)
        self.desk.settle(number, final=final)
        owed = self.texts.hand_over(number)
        self.texts.done(number)
        return owed.reply if owed else ""

    def row(self, number: int) -> Text | None:
        return next((text for text in self.texts.listed() if text.number == number), None)

    def states(self) -> list[str]:
        return [text.state for text in self.texts.listed()]

    def sender(self, number: str = NUMBER) -> Sender | None:
        with self.database.reads() as session:
            found = session.get(Sender, self.vault.key(number))
            session.expunge_all()
            return found

    def turns(self, number: str = NUMBER) -> list[str]:
        return self.conversations.turns(self.vault.key(number))

    def worked(self) -> None:
        """Wait until the workers have done what they were given; there is one of them, so they take it in order."""
        assert self.settings.threads == 1
        self.dispatch._workers().submit(int).result(timeout=10)

    def close(self) -> None:
        self.dispatch.stop()
        self.database.close()


def real_providers(settings: WebSettings) -> dict[str, Provider]:
    """Twilio and Notify by their own clients, as far as they are set up."""
    found: dict[str, Provider] = {}
    if settings.twilio_auth_token.get_secret_value():
        found["twilio"] = TwilioProvider(settings)
    if settings.notify_bearer_token.get_secret_value():
        found["notify"] = NotifyProvider(settings)
    return found
