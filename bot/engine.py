"""The way through: question -> reading -> evidence -> answer -> reply, over one release."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.channels import full_text
from bot.commands import Commands
from bot.compose import Composer
from bot.danger import load_danger
from bot.danger_text import danger_text
from bot.decide import Decision, decide, leave_out, urgent
from bot.evidence import Evidence, Gatherer
from bot.off import NOTHING_OFF, Off, Switched
from bot.phrases import load_phrases
from bot.pins import Pinned
from bot.places import load_places
from bot.reading import Before, Reader, Reading
from bot.records import Answer, Channel, Outcome, Reply
from bot.reword import rewording
from bot.settings import BotSettings
from bot.texting import asked_in, text_reply
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
        pin = self.decision.pin.id if self.decision.pin else None
        return Before(starts, choices.get(self.decision.ask or "", ()), asked or self.reading.before.asked, self.decision.danger, pin)


class Engine:
    """Answers questions from one release. Holds no conversation and can be shared between threads.

    ``off`` is what is switched off in this view of the release (:meth:`without`).
    """

    def __init__(self, settings: BotSettings, release: Release, whole: Engine | None = None, off: Off = NOTHING_OFF) -> None:
        """Prepare to answer; ``whole`` and ``off`` are for :meth:`without`.

        Raises:
            ContentError: if the release's danger rules, places or wording are faulty.
        """
        if whole:
            self._share(whole, off)
            return
        self.settings, self.release = settings, release
        self.phrases = load_phrases(release.folder)
        places = load_places(release.folder)
        self.reader = Reader(release.wording, places, load_danger(release.folder, release.wording), self.phrases)
        self.gatherer = Gatherer(settings, release)
        self.pinned = Pinned(release, self.reader, self.gatherer)
        self.composer = Composer(release, self.phrases, self.reader.danger.mentioned_from)
        self.reword = rewording(settings.reword_model, settings.reword_timeout_seconds)
        named = [self.phrases.interpreter]
        for danger in self.reader.danger.of_each_kind():
            starts = urgent(release.entries, danger).starts
            danger_text(danger, starts)  # one that lacks a number is found now, not when it is needed
            named += [entry.id for entry in starts]
        self.danger_places = frozenset(named) & release.entries.keys()
        self.groups = load_groups(release.folder)
        self.need_names = {need.id: need.name for need in release.wording.needs}
        self.area_names = dict(places.names)
        self._remembered: dict[tuple[str, ...], Considered] = {}
        self.off, self._gone, self._shut = NOTHING_OFF, dict[str, Switched](), dict[str, Switched]()
        self._whole: Engine | None = None
        self._view: Engine | None = None
        self._shown = release.entries

    def without(self, off: Off) -> Engine:
        """The same engine with something switched off: a view that shares all but its memory, and is kept for as long as the same is off.

        A message of danger gets the very reply that it would get with nothing off.
        """
        if self._whole:
            return self._whole.without(off)
        if not off:
            return self
        view = self._view
        if view is None or view.off != off:
            view = self._view = Engine(self.settings, self.release, self, off)
        return view

    def _share(self, whole: Engine, off: Off) -> None:
        """Become a view of another engine."""
        vars(self).update(vars(whole))
        self.off, self._gone, self._shut = off, off.gone(), off.shut(whole.groups)
        self._whole, self._view, self._remembered = whole, None, {}
        self._shown = {id: entry for id, entry in self.release.entries.items() if id not in self._gone}
        self.composer = Composer(self.release, self.phrases, self.reader.danger.mentioned_from, self._gone)

    @property
    def release_id(self) -> str:
        """The id of the release answered from."""
        return self.release.id

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Entries by id, without those that are switched off."""
        return self._shown

    @property
    def every_entry(self) -> Mapping[str, Entry]:
        """Entries by id, those that are switched off too: what a reply to danger names."""
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
        if self._whole and self._whole.in_danger(turns, channel):
            return self._whole.reply(turns, channel, site)
        if channel.texted:
            return text_reply(self, turns, channel, site)
        answer = self.closed(turns, channel) or self.reworded(turns)
        return Reply(full_text(answer), channel, self.release_id, answer)

    def in_danger(self, turns: Sequence[str], channel: Channel) -> bool:
        """Whether the reply to the last message speaks of danger; by text message that goes for what is said to it too, such as MORE."""
        asked = asked_in(self, turns) if channel.texted else list(turns)
        return self.consider(asked).decision.danger is not None if asked else False

    def closed(self, turns: Sequence[str], channel: Channel) -> Answer | None:
        """What is said while the channel or the service is switched off, whatever is asked; None where it answers."""
        off = self.off.closed(channel)
        if off is None:
            return None
        route = next((self.entries[id] for id in self.phrases.best_human if id in self.entries), None)
        return self.composer.closed(off.line, route, self.reader.read(list(turns) or [""]))

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
        if self._whole and (usual := self._whole.consider(said)).decision.danger:
            return usual
        considered = Considered(self.reader.read([""]), None, Decision(Outcome.ERROR, ask="empty"))
        for end in range(max(1, len(said) - _LOOK_BACK), len(said) + 1):
            known = self._remembered.get(said[:end])
            considered = known or self._consider(said[:end], considered.left(self.phrases.choices))
            self._remember(said[:end], considered)
        return considered

    def _consider(self, turns: tuple[str, ...], before: Before) -> Considered:
        message = turns[-1]
        if not any(character.isalnum() for character in clean(message)):
            return Considered(self.reader.read([""]), None, Decision(Outcome.ERROR, ask="empty"))
        reading = self.reader.read(turns, before)
        if reading.danger and reading.danger.certain:
            return Considered(reading, None, urgent(self.every_entry, reading.danger))
        if reading.context and reading.only_asks_on and before.danger:
            return Considered(reading, None, urgent(self.every_entry, before.danger))
        if len(message) > self.questions_limit:
            decision = urgent(self.every_entry, reading.danger) if reading.danger else Decision(Outcome.ERROR, ask="too_long")
            return Considered(reading, None, decision)
        evidence = self._gather(turns, reading)
        if danger := self.reader.danger.weigh(reading.danger, evidence.danger, evidence.kind, reading.language == "en"):
            return Considered(reading, evidence, urgent(self.every_entry, danger))
        if self._gone:
            evidence = evidence.without(self._gone)
        decision = decide(self.settings, self.every_entry, reading, evidence, self.phrases.refusing, self.pinned.find(reading, evidence))
        if self.off:
            decision = leave_out(self.settings, self.every_entry, decision, evidence, self._gone, self._shut)
        return Considered(reading, evidence, decision)

    def _gather(self, turns: tuple[str, ...], reading: Reading) -> Evidence:
        """Evidence for a reading; that of the whole engine where it has read the same."""
        held = self._whole.recall(turns) if self._whole else None
        if held and held.evidence and replace(held.reading, before=reading.before) == reading:
            return held.evidence
        return self.gatherer.gather(reading)

    def recall(self, turns: tuple[str, ...]) -> Considered | None:
        """What was considered of late for these very messages; None where it is not remembered."""
        return self._remembered.get(turns)

    def _remember(self, turns: tuple[str, ...], considered: Considered) -> None:
        self._remembered[turns] = considered
        while len(self._remembered) > _REMEMBERED:
            self._remembered.pop(next(iter(self._remembered)), None)

    def _answer(self, considered: Considered) -> Answer:
        reading, evidence, decision, lines = considered.reading, considered.evidence, considered.decision, self.phrases.lines
        if decision.danger:
            return (self._whole or self).composer.urgent(reading, decision.danger, decision.starts)
        if decision.starts and evidence:
            return self.composer.answered(reading, evidence, decision.starts, decision.outcome, decision.lines, decision.documented)
        if decision.ask and decision.ask in self.phrases.choices:
            choices = self.phrases.choices[decision.ask]
            return self.composer.refused(decision.outcome, reading, evidence, [lines[f"clarify_{decision.ask}"]], choices=choices)
        if decision.outcome is Outcome.NOT_FOUND and not decision.ask:
            routes = [self.entries[id] for id in self.phrases.best_human if id in self.entries]
            said = [*([] if decision.lines else [lines["not_found"]]), *([lines["not_found_route"]] if routes else [])]
            return self.composer.refused(decision.outcome, reading, evidence, said, routes, first=decision.lines)
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
