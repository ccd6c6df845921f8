"""What every page of one app shares, and the one way from a message to its reply."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Protocol, cast

from flask import current_app, g
from sqlalchemy.exc import SQLAlchemyError

from bot.commands import Commands
from bot.off import Off
from bot.records import Channel, Outcome, Reply
from indexer.entries import Entry
from indexer.groups import Groups
from web import metrics
from web.answer_feedback import AnswerFeedbackStore
from web.asked import Asked
from web.conversations import TURNS, Conversations, is_public_id
from web.database import Database
from web.directory import Directory, LiveDirectory
from web.feedback import Feedback
from web.settings import WebSettings

if TYPE_CHECKING:
    from web.texting.dispatch import Dispatch

log = logging.getLogger("waymark.web")


class AnswersQuestions(Protocol):
    """What this room needs of the bot's engine."""

    @property
    def release_id(self) -> str:
        """The release that answers."""

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The release's entries by id, without those that are switched off."""

    @property
    def every_entry(self) -> Mapping[str, Entry]:
        """The release's entries by id, those that are switched off too: a reply to danger may name them."""

    @property
    def danger_places(self) -> Collection[str]:
        """Ids of the entries that replies to danger name."""

    @property
    def off(self) -> Off:
        """What is switched off here."""

    def without(self, off: Off) -> AnswersQuestions:
        """The same release with something switched off."""

    @property
    def questions_limit(self) -> int:
        """Longest question, in characters."""

    @property
    def groups(self) -> Groups:
        """What families ask for, as groups of entries, and how the framework is laid out."""

    @property
    def need_names(self) -> Mapping[str, str]:
        """Names of the needs by id."""

    @property
    def area_names(self) -> Mapping[str, str]:
        """Names of the neighbourhoods by id."""

    def repair(self, text: str) -> str:
        """A text in lower case with common misspellings put right."""

    @property
    def commands(self) -> Commands:
        """The words that a text message can be instead of a question."""

    @property
    def texting(self) -> Mapping[str, str]:
        """Fixed lines of text messages by name."""

    def reply(self, turns: Sequence[str], channel: Channel, site: str = "") -> Reply:
        """Answer the last of a conversation's messages; ``site`` is the address that a text message may link to."""


class SupportsCurrent(Protocol):
    """Gives the engine of the release that is live now."""

    def current(self) -> AnswersQuestions:
        """The engine to answer with; raises WaymarkError where there is no usable release."""


@dataclass(frozen=True)
class Site:
    """The parts of one app."""

    settings: WebSettings
    live: SupportsCurrent
    database: Database
    conversations: Conversations
    feedback: Feedback
    answer_feedback: AnswerFeedbackStore
    dispatch: Dispatch
    asked: Asked
    directories: LiveDirectory = field(default_factory=LiveDirectory)

    def directory(self) -> Directory:
        """The directory of the release that is live now, without what is switched off."""
        engine = self.live.current()
        groups = engine.groups
        if engine.off.topics:
            groups = groups.model_copy(update={"groups": tuple(group for group in groups.groups if group.id not in engine.off.topics)})
        return self.directories.of(
            f"{engine.release_id} {engine.off.digest}" if engine.off else engine.release_id,
            lambda: Directory(engine.entries, groups, engine.need_names, engine.area_names, engine.repair),
        )


def site() -> Site:
    """The parts of the app that serves this request."""
    return cast(Site, current_app.extensions["waymark"])


def clean(text: str) -> str:
    """The text as any database can hold it: without NUL and without halves of surrogate pairs."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")


def reply_to(turns: Sequence[str], channel: Channel) -> Reply:
    """Ask the live engine, and count and log what became of the question."""
    started = perf_counter()
    reply = site().live.current().reply(turns[-TURNS:], channel, site().settings.public_url.rstrip("/"))
    seconds = perf_counter() - started
    metrics.REPLY_SECONDS.labels(channel.value).observe(seconds)
    metrics.REPLIES.labels(channel.value, reply.outcome.value).inc()
    site().asked.count(reply, seconds)
    g.outcome, g.channel, g.release = reply.outcome.value, channel.value, reply.release
    return reply


def closed(channel: Channel) -> str:
    """The public line where a channel or the whole service is switched off; else empty. Questions are taken all the same: of danger."""
    off = site().live.current().off
    switched = off.closed(channel) if off else None
    return switched.line if switched else ""


def explained(reply: Reply) -> str:
    """What a reply says, without titles and sources: the wording of an error."""
    return " ".join(s.text for part in reply.answer.parts for s in part.statements) or reply.text


def answer(question: str, conversation: str | None, channel: Channel) -> tuple[str | None, Reply]:
    """Answer a question within its conversation and store it there; an unknown or expired conversation gives a new one.

    Returns the conversation's id and the reply. The id is None where nothing was stored: the question could not be answered, or the
    database is out of reach, which must not stand between a person in danger and the answer.
    """
    store = site().conversations
    question = clean(question)
    known = conversation if conversation is not None and is_public_id(conversation) else None
    try:
        earlier = store.turns(known) if known else []
    except SQLAlchemyError:
        log.exception("conversation not read")
        earlier = []
    reply = reply_to([*earlier, question], channel)
    if reply.outcome is Outcome.ERROR:
        return (known if earlier else None), reply
    try:
        return store.append(known, channel, question), reply
    except SQLAlchemyError:
        log.exception("conversation not stored")
        return None, reply
