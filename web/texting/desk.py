"""Answers texts: from what has come in, by the engine and the sender's state, to a reply that is owed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

from bot import gsm
from bot.commands import Command, Said
from bot.records import Channel, Outcome, Reply
from web import metrics
from web.conversations import TURNS
from web.settings import WebSettings
from web.site import AnswersQuestions, SupportsCurrent, clean
from web.texting import FAULT, limits, parts
from web.texting.numbers import Vault
from web.texting.records import HOUR, Open, Verdict
from web.texting.store import Texts

log = logging.getLogger("waymark.web")
_ABOUT_US = (Command.STOP, Command.START, Command.DELETE)
_TURN_WAIT = 0.03
"""Seconds between two looks at whether it is a text's turn, while a webhook waits."""
_MOST_WIPED = 10_000
"""Senders whose DELETE is counted at the same time."""


class Desk:
    """Settles texts one at a time for each sender. Safe to share between threads.

    ``can_send`` says whether a provider can be given a reply later; without it nothing is held back, since it could not be sent. ``count`` is
    told of each reply that is texted, and of the seconds that it took.
    """

    def __init__(
        self,
        settings: WebSettings,
        texts: Texts,
        vault: Vault,
        live: SupportsCurrent,
        can_send: Callable[[str], bool],
        clock: Callable[[], float] = time.time,
        count: Callable[[Reply, float], None] | None = None,
    ) -> None:
        self._count = count
        self._settings, self._texts, self._vault, self._live = settings, texts, vault, live
        self._can_send, self._clock = can_send, clock
        self._wiped: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def settle(self, number: int, later: bool = False, final: bool = False) -> None:
        """Answer one text and store the reply as owed; or hold it, where its rest is still to come.

        Args:
            number: which text.
            later: the reply is sent by whoever finds it due, not by the request that waits.
            final: the rest has been waited for long enough.
        """
        if later and not self._texts.has_turn(number):
            self._texts.postpone(number)  # rather than keep a thread that another sender may need
            return
        self._wait_for_turn(number)
        text = self._texts.open(number, self._settings.text_parts_seconds)
        if text is None:
            return
        if not text.pieces:
            self._texts.give_up(number, "the secret key has changed since")
            metrics.TEXTS.labels(text.provider, "failed").inc()
            return
        verdict = self._verdict(text, final)
        if verdict is None:
            self._texts.hold(number, self._settings.text_parts_seconds)
            return
        self._texts.settle(number, verdict, later)
        metrics.TEXTS.labels(text.provider, "answered" if verdict.reply else "silent").inc()

    def at_once(self, said: str, channel: Channel) -> str:
        """The reply to a text by itself, for when nothing can be stored: the database must not stand between a person in danger and it."""
        reply, seconds = self._ask(self._live.current(), [clean(said)], channel)
        self._counted(reply, seconds)
        return reply.text

    def _wait_for_turn(self, number: int) -> None:
        until = perf_counter() + self._settings.text_answer_seconds / 2
        while not self._texts.has_turn(number) and perf_counter() < until:
            time.sleep(_TURN_WAIT)

    def _verdict(self, text: Open, final: bool) -> Verdict | None:
        """What becomes of a text; None where its rest is to be waited for."""
        joined = bool(text.began) and len(text.pieces) == 1 and parts.goes_on([text.began])
        pieces = [text.began, *text.pieces] if joined else list(text.pieces)
        said = clean(parts.whole(pieces))
        try:
            engine = self._live.current()
            if told := self._told_us(text, engine):
                return self._about_us(text, told, engine)
            command = engine.commands.find(said)
            turns = [*(text.turns[:-1] if joined else text.turns), said]
            reply, seconds = self._ask(engine, turns, text.channel)
        except Exception:  # whoever wrote is told, since silence could be taken for an answer
            metrics.FAILURES.inc()
            log.exception("text not answered")
            return _fixed(FAULT, Outcome.ERROR)
        urgent = reply.outcome is Outcome.URGENT
        if not urgent and not final and parts.goes_on(pieces) and self._can_send(text.provider):
            return None
        verdict = self._measured(text, engine, reply, command, said, joined)
        if verdict.reply == reply.text and command is None:  # what is held, held back or only asked on for is no question of its own
            self._counted(reply, seconds)
        return verdict

    def _measured(self, text: Open, engine: AnswersQuestions, reply: Reply, command: Said | None, said: str, joined: bool) -> Verdict:
        """The reply, unless a limit, STOP or another machine stands against it; danger overrides all but our own words come back."""
        now, sender, urgent = int(self._clock()), text.sender, reply.outcome is Outcome.URGENT
        bare = " ".join(said.lower().split())
        last = self._vault.key("said", text.key, bare)
        times = limits.repeats(sender, self._vault.key("heard", text.key, bare), last)
        changes: dict[str, object] = {"last": last, "repeats": max(times, 0)}
        asks_on = command is not None and command.command in (Command.MORE, Command.PICK)
        if times < 0 or (times > limits.REPEATS and not urgent and not asks_on):
            metrics.TEXTS.labels(text.provider, "loop").inc()
            return Verdict("", "", 0, changes=changes)
        if not urgent:
            helped = command is not None and command.command is Command.HELP
            if text.sender.stopped and not helped:
                return Verdict("", "", 0, changes=changes)
            if held := limits.too_much(self._settings, sender, text.in_last_hour, text.segments_today, now):
                metrics.TEXTS.labels(text.provider, "limited").inc()
                changes["told_until"] = max(held.until, sender.told_until)
                line = engine.texting[held.line].format(hours=_hours(held.until - now)) if held.line else ""
                return _fixed(line, Outcome.ERROR, changes)
            if self._texts.handled(text.number):  # the provider has answered HELP itself
                return Verdict("", "", 0, changes=changes)
        changes["heard"] = self._vault.key("heard", text.key, " ".join(reply.text.lower().split()))
        keep = None if reply.outcome is Outcome.ERROR else said
        return Verdict(reply.text, reply.outcome.value, gsm.segments(reply.text), keep, joined, changes=changes)

    def _told_us(self, text: Open, engine: AnswersQuestions) -> Said | None:
        """STOP, START or DELETE, if the provider or the last piece says so: none of them is the rest of a question."""
        handled = self._texts.handled(text.number).lower()
        if handled in (Command.STOP, Command.START):
            return Said(Command(handled))
        said = engine.commands.find(text.pieces[-1])
        return said if said and said.command in _ABOUT_US else None

    def _about_us(self, text: Open, said: Said, engine: AnswersQuestions) -> Verdict:
        """STOP, START and DELETE: obeyed always, confirmed unless the provider has done so, a limit forbids it, or it is said for ever."""
        now, last = int(self._clock()), self._vault.key("said", text.key, said.command.value)
        again = limits.repeats(text.sender, "", last)
        beyond = limits.too_much(self._settings, text.sender, text.in_last_hour, text.segments_today, now) is not None
        if said.command is Command.DELETE:
            silent = beyond or self._wiped_of_late(text.key, now) > limits.REPEATS
            line = "" if silent else engine.texting["delete"]
            return replace(_fixed(line, Outcome.CLARIFY), wipe=True)
        stops = said.command is Command.STOP
        silent = text.sender.stopped if stops else beyond or again > limits.REPEATS
        line = "" if silent or self._texts.handled(text.number) else engine.texting[said.command.value]
        return _fixed(line, Outcome.CLARIFY, {"stopped": stops, "last": last, "repeats": again})

    def _wiped_of_late(self, key: str, now: int) -> int:
        """How often a sender has said DELETE within an hour. It is known in memory alone, since nothing may stay in the database."""
        with self._lock:
            self._wiped = {one: (times, since) for one, (times, since) in self._wiped.items() if now - since < HOUR}
            times, since = self._wiped.get(key, (0, now))
            if len(self._wiped) < _MOST_WIPED:
                self._wiped[key] = (times + 1, since)
        return times + 1

    def _ask(self, engine: AnswersQuestions, turns: list[str], channel: Channel) -> tuple[Reply, float]:
        """The reply, and the seconds that it took."""
        started = perf_counter()
        reply = engine.reply(turns[-TURNS:], channel, self._settings.public_url.rstrip("/"))
        seconds = perf_counter() - started
        metrics.REPLY_SECONDS.labels(channel.value).observe(seconds)
        metrics.REPLIES.labels(channel.value, reply.outcome.value).inc()
        return reply, seconds

    def _counted(self, reply: Reply, seconds: float) -> None:
        if self._count:
            self._count(reply, seconds)


def _fixed(line: str, outcome: Outcome, changes: dict[str, object] | None = None) -> Verdict:
    return Verdict(line, outcome.value if line else "", gsm.segments(line) if line else 0, changes=changes)


def _hours(seconds: int) -> str:
    hours = max(1, -(-seconds // HOUR))
    return "an hour" if hours == 1 else f"{hours} hours"
