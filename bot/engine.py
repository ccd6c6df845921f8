"""The way through: question -> reading -> evidence -> answer -> reply, over one release."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence

from bot.channels import shape
from bot.compose import Composer
from bot.danger import load_danger
from bot.decide import Decision, decide
from bot.evidence import Evidence, Gatherer
from bot.phrases import load_phrases
from bot.places import load_places
from bot.reading import Reader, Reading
from bot.records import Answer, Channel, Outcome, Reply
from bot.reword import rewording
from bot.settings import BotSettings
from indexer.config import IndexerSettings
from indexer.entries import Entry
from indexer.errors import WaymarkError
from indexer.groups import load_groups
from indexer.release import Release, live_id, load_release
from indexer.wording import clean

_URGENT_PLACES = 4
"""Most places named where there is danger: enough numbers to have a choice, few enough to be read."""

log = logging.getLogger(__name__)


class Engine:
    """Answers questions from one release. Holds no conversation and can be shared between threads."""

    def __init__(self, settings: BotSettings, release: Release) -> None:
        """Prepare to answer.

        Raises:
            ContentError: if the release's danger rules, places or wording are faulty.
        """
        self.settings, self.release = settings, release
        self.phrases = load_phrases(release.folder)
        places = load_places(release.folder)
        self.reader = Reader(release.wording, places, load_danger(release.folder, release.wording), self.phrases)
        self.gatherer = Gatherer(settings, release)
        self.composer = Composer(release, self.phrases)
        self.reword = rewording(settings.reword_model, settings.reword_timeout_seconds)
        self.groups = load_groups(release.folder)
        self.need_names = {need.id: need.name for need in release.wording.needs}
        self.area_names = dict(places.names)

    @property
    def release_id(self) -> str:
        """The id of the release answered from."""
        return self.release.id

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Entries by id."""
        return self.release.entries

    @property
    def questions_limit(self) -> int:
        """Longest question that is answered, in characters."""
        return self.settings.question_characters

    def repair(self, text: str) -> str:
        """A text in lower case with text-speak and common misspellings put right."""
        return self.release.wording.repair(text)

    def reply(self, turns: Sequence[str], channel: Channel) -> Reply:
        """The reply to the last message of a conversation.

        Args:
            turns: all messages of the asker, oldest first.
            channel: shapes the reply; it never changes where to start.
        """
        return shape(self.reword(self.answer(turns)), channel, self.release_id, self.settings.sms_segments)

    def answer(self, turns: Sequence[str]) -> Answer:
        """The answer to the last message, before a channel shapes it. Danger comes before everything, whatever else is wrong."""
        message = turns[-1] if turns else ""
        if not any(character.isalnum() for character in clean(message)):
            return self._refused(Outcome.ERROR, self.reader.read([""]), "empty")
        reading = self.reader.read(turns)
        if reading.danger:
            ids = (reading.danger.start, *reading.danger.also)[:_URGENT_PLACES]
            return self.composer.urgent(reading, reading.danger, [self.entries[id] for id in ids if id in self.entries])
        if len(message) > self.questions_limit:
            return self._refused(Outcome.ERROR, reading, "too_long")
        evidence = self.gatherer.gather(reading)
        return self._answer(reading, evidence, decide(self.settings, self.entries, reading, evidence), turns)

    def _answer(self, reading: Reading, evidence: Evidence, decision: Decision, turns: Sequence[str]) -> Answer:
        if decision.outcome is Outcome.ANSWERED:
            return self.composer.answered(reading, evidence, decision.starts)
        if decision.outcome is Outcome.CLARIFY and decision.ask == "small_talk":
            return self._refused(Outcome.CLARIFY, reading, "small_talk")
        if decision.outcome is Outcome.CLARIFY:
            ask = decision.ask or "need"
            return self.composer.refused(Outcome.CLARIFY, reading, [self.phrases.lines[f"clarify_{ask}"]], choices=self.phrases.choices[ask])
        if reading.elsewhere:
            return self.composer.refused(Outcome.NOT_FOUND, reading, [self.phrases.lines["elsewhere"].format(place=reading.elsewhere)])
        if decision.outcome is Outcome.NOT_FOUND:
            routes = [self.entries[id] for id in self.phrases.best_human if id in self.entries]
            return self.composer.refused(decision.outcome, reading, [self.phrases.lines["not_found"], self.phrases.lines["not_found_route"]], routes)
        return self._refused(decision.outcome, reading, "out_of_scope")

    def _refused(self, outcome: Outcome, reading: Reading, line: str) -> Answer:
        return self.composer.refused(outcome, reading, [self.phrases.lines[line]])


def open_engine(bot: BotSettings, indexer: IndexerSettings) -> Engine:
    """An engine over the live release.

    Raises:
        WaymarkError: if there is no usable release; the message says what to do.
    """
    return Engine(bot, load_release(indexer.release_dir, indexer.model_dir, indexer.encoder_threads))


class LiveEngine:
    """The engine of whatever release is live: re-opened when another is published, kept when the new one is faulty."""

    def __init__(self, bot: BotSettings, indexer: IndexerSettings) -> None:
        """Open the live release.

        Raises:
            WaymarkError: if there is none that can be used.
        """
        self._bot, self._indexer = bot, indexer
        self._engine = open_engine(bot, indexer)
        self._seen = self._engine.release_id
        self._lock = threading.Lock()

    def current(self) -> Engine:
        """The engine to answer with; cheap unless the release has just changed."""
        live = live_id(self._indexer.release_dir)
        if live is not None and live != self._seen and self._lock.acquire(blocking=False):
            try:
                self._engine = open_engine(self._bot, self._indexer)
                log.info("release %s is live", self._engine.release_id)
            except (WaymarkError, OSError) as fault:
                log.error("release %s cannot be used, %s goes on serving: %s", live, self._engine.release_id, fault)
            finally:
                self._seen = live
                self._lock.release()
        return self._engine
