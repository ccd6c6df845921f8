"""The way through: question -> reading -> evidence -> answer -> reply, over one release."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.channels import full_text
from bot.commands import Commands
from bot.compose import Composer
from bot.danger import load_danger
from bot.danger_text import danger_text
from bot.decide import Decision, decide, urgent
from bot.evidence import Evidence, Gatherer
from bot.phrases import load_phrases
from bot.places import load_places
from bot.reading import Before, Reader, Reading
from bot.records import Answer, Channel, Outcome, Reply
from bot.reword import rewording
from bot.settings import BotSettings
from bot.texting import text_reply
from indexer.config import IndexerSettings
from indexer.entries import Entry
from indexer.errors import WaymarkError
from indexer.groups import load_groups
from indexer.release import Release, live_id, load_release
from indexer.wording import clean

_LOOK_BACK = 6
"""Earlier messages whose replies still count."""
_REMEMBERED = 256
"""Conversations of which the last step is kept in memory."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Considered:
    """One message on its way to an answer: the reading, the evidence (None where none was needed) and the decision."""

    reading: Reading
    evidence: Evidence | None
    decision: Decision

    def left(self, choices: Mapping[str, tuple[str, ...]]) -> Before:
        """What the reply leaves for the next message; ``choices`` are those that each question back offers."""
        asked = self.decision.ask in choices
        starts = tuple(entry.id for entry in self.decision.starts)
        return Before(starts, choices.get(self.decision.ask or "", ()), asked or self.reading.before.asked, self.decision.danger)


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
        self.composer = Composer(release, self.phrases, self.reader.danger.mentioned_from)
        self.reword = rewording(settings.reword_model, settings.reword_timeout_seconds)
        for danger in self.reader.danger.of_each_kind():
            danger_text(danger, urgent(release.entries, danger).starts)  # one that lacks a number is found now, not when it is needed
        self.groups = load_groups(release.folder)
        self.need_names = {need.id: need.name for need in release.wording.needs}
        self.area_names = dict(places.names)
        self._remembered: dict[tuple[str, ...], Considered] = {}

    @property
    def release_id(self) -> str:
        """The id of the release answered from."""
        return self.release.id

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Entries by id."""
        return self.release.entries

    @property
    def commands(self) -> Commands:
        """The words that a text message can be instead of a question."""
        return self.phrases.commands

    @property
    def texting(self) -> Mapping[str, str]:
        """Fixed lines of text messages by name."""
        return self.phrases.texting

    @property
    def questions_limit(self) -> int:
        """Longest question that is answered, in characters."""
        return self.settings.question_characters

    def repair(self, text: str) -> str:
        """A text in lower case with text-speak and common misspellings put right."""
        return self.release.wording.repair(text)

    def reply(self, turns: Sequence[str], channel: Channel, site: str = "") -> Reply:
        """The reply to the last message of a conversation.

        Args:
            turns: all messages of the asker, oldest first.
            channel: shapes the reply; it never changes where to start.
            site: address under which the directory can be read; a text message may link to it.
        """
        if channel.texted:
            return text_reply(self, turns, channel, site)
        answer = self.reworded(turns)
        return Reply(full_text(answer), channel, self.release_id, answer)

    def reworded(self, turns: Sequence[str]) -> Answer:
        """The answer to the last message, in plainer words where a model that gives them is configured."""
        return self.reword(self.answer(turns))

    def place(self, turns: Sequence[str], number: int) -> Answer | None:
        """The answer to the last message as if it named only its place of this number, from 1; None where it has no such place."""
        considered = self.consider(turns)
        reading, evidence = considered.reading, considered.evidence
        chosen = considered.decision.starts[number - 1 : number]
        return self.reword(self.composer.answered(reading, evidence, chosen)) if chosen and evidence else None

    def answer(self, turns: Sequence[str]) -> Answer:
        """The answer to the last message, before a channel shapes it."""
        return self._answer(self.consider(turns))

    def consider(self, turns: Sequence[str]) -> Considered:
        """What the last message is read as, the evidence for it and what is decided. Danger comes before everything, whatever else is wrong.

        What the replies to earlier messages left is worked out again where it is not remembered, so that a conversation is only its messages.
        """
        said = tuple(turns) or ("",)
        considered = Considered(self.reader.read([""]), None, Decision(Outcome.ERROR, ask="empty"))
        for end in range(max(1, len(said) - _LOOK_BACK), len(said) + 1):
            known = self._remembered.get(said[:end])
            considered = known or self._consider(said[:end], considered.left(self.phrases.choices))
            self._remember(said[:end], considered)
        return considered

    def _consider(self, turns: Sequence[str], before: Before) -> Considered:
        message = turns[-1]
        if not any(character.isalnum() for character in clean(message)):
            return Considered(self.reader.read([""]), None, Decision(Outcome.ERROR, ask="empty"))
        reading = self.reader.read(turns, before)
        if reading.danger and reading.danger.certain:
            return Considered(reading, None, urgent(self.entries, reading.danger))
        if reading.context and reading.only_asks_on and before.danger:
            return Considered(reading, None, urgent(self.entries, before.danger))
        if len(message) > self.questions_limit:
            decision = urgent(self.entries, reading.danger) if reading.danger else Decision(Outcome.ERROR, ask="too_long")
            return Considered(reading, None, decision)
        evidence = self.gatherer.gather(reading)
        if danger := self.reader.danger.weigh(reading.danger, evidence.danger, evidence.kind, reading.language == "en"):
            return Considered(reading, evidence, urgent(self.entries, danger))
        return Considered(reading, evidence, decide(self.settings, self.entries, reading, evidence, self.phrases.refusing))

    def _remember(self, turns: tuple[str, ...], considered: Considered) -> None:
        self._remembered[turns] = considered
        while len(self._remembered) > _REMEMBERED:
            self._remembered.pop(next(iter(self._remembered)), None)

    def _answer(self, considered: Considered) -> Answer:
        reading, evidence, decision, lines = considered.reading, considered.evidence, considered.decision, self.phrases.lines
        if decision.danger:
            return self.composer.urgent(reading, decision.danger, decision.starts)
        if decision.starts and evidence:
            return self.composer.answered(reading, evidence, decision.starts, decision.outcome)
        if decision.ask and decision.ask in self.phrases.choices:
            choices = self.phrases.choices[decision.ask]
            return self.composer.refused(decision.outcome, reading, evidence, [lines[f"clarify_{decision.ask}"]], choices=choices)
        if decision.outcome is Outcome.NOT_FOUND and not decision.ask:
            routes = [self.entries[id] for id in self.phrases.best_human if id in self.entries]
            return self.composer.refused(decision.outcome, reading, evidence, [lines["not_found"], lines["not_found_route"]], routes)
        line = lines[decision.ask or decision.outcome.value].format(place=reading.elsewhere or reading.abroad)
        return self.composer.refused(decision.outcome, reading, evidence, [line])


def open_engine(bot: BotSettings, indexer: IndexerSettings, release: str | None = None) -> Engine:
    """An engine over the live release, or over the one with some id.

    Raises:
        WaymarkError: if there is no usable release; the message says what to do.
    """
    return Engine(bot, load_release(indexer.release_dir, indexer.model_dir, indexer.encoder_threads, release))


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
