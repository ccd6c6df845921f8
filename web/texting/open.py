"""Puts the texting of one app together."""

from __future__ import annotations

from collections.abc import Callable

from bot.records import Reply
from web.conversations import Conversations
from web.database import Database
from web.settings import WebSettings
from web.site import SupportsCurrent
from web.staff.questions.store import Files
from web.texting.by_notify import NotifyProvider
from web.texting.by_twilio import TwilioProvider
from web.texting.desk import Desk
from web.texting.dispatch import Dispatch
from web.texting.numbers import Vault
from web.texting.providers import Provider
from web.texting.store import Texts


def open_dispatch(
    settings: WebSettings,
    secret: bytes,
    live: SupportsCurrent,
    database: Database,
    conversations: Conversations,
    count: Callable[[Reply, float], None],
) -> Dispatch:
    """What sees to the texts of every provider that the settings name; ``count`` is told of each reply and the seconds that it took."""
    providers: dict[str, Provider] = {}
    if settings.twilio_auth_token.get_secret_value():
        providers[TwilioProvider.name] = TwilioProvider(settings)
    if settings.notify_bearer_token.get_secret_value():
        providers[NotifyProvider.name] = NotifyProvider(settings)
    vault = Vault(secret)
    texts = Texts(database, conversations, vault)

    def can_send(provider: str) -> bool:
        return provider in providers and providers[provider].can_send

    def purge() -> None:
        conversations.purge()
        texts.purge(settings.text_failures_days)
        Files(database).forget()
        database.tidy()

    desk = Desk(settings, texts, vault, live, can_send, count=count)
    return Dispatch(settings, texts, desk, providers, purge)
