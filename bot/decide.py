"""Decides what becomes of a reading: its outcome, and the entries to name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.evidence import NOT_OURS, Candidate, Evidence
from bot.reading import Reading
from bot.records import Outcome
from bot.settings import BotSettings
from indexer.entries import SHOWN_FROM_CERTAINTY, Entry

OUT_OF_SCOPE, SMALL_TALK = f"{NOT_OURS}out-of-scope", f"{NOT_OURS}small-talk"
_OTHER_FLOOR = 0.04
"""Least probability of a second or third place found by ranking; below it the lead's own related entries come first."""
_DOUBTFUL_FLOOR = 0.25
"""Least probability of a second or third place that rests on no certain source: it may have ended."""
_RIVAL = 0.5
"""A rival for other ages is asked about when it has at least this share of the lead's probability."""
_FOREIGN_FLOOR = 0.5
"""Least probability at which a message in another language is answered: what was learned is English."""
_CONTENT_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class Decision:
    """An outcome, the entries to name (best first), and for ``clarify`` what to ask (``age``, ``need`` or ``small_talk``)."""

    outcome: Outcome
    starts: tuple[Entry, ...] = ()
    ask: str | None = None


def decide(settings: BotSettings, entries: Mapping[str, Entry], reading: Reading, evidence: Evidence) -> Decision:
    """The decision for a reading without danger."""
    if reading.elsewhere:
        return Decision(Outcome.NOT_FOUND)
    top = evidence.candidates[0]
    if reading.language != "en" and (top.id.startswith(NOT_OURS) or top.probability < _FOREIGN_FLOOR):
        return Decision(Outcome.CLARIFY, ask="need")
    if top.id == SMALL_TALK:
        return Decision(Outcome.CLARIFY, ask="small_talk")
    if top.id.startswith(NOT_OURS) and not evidence.near_document():
        return Decision(Outcome.OUT_OF_SCOPE)
    if _says_nothing(reading):
        return Decision(Outcome.CLARIFY, ask="need")
    if top.probability < settings.answer_floor and not evidence.near_document():
        return Decision(Outcome.NOT_FOUND)
    ranked = [c for c in evidence.ours() if c.id in entries]
    if reading.age is None and not reading.follows_on and _age_decides(entries, ranked):
        return Decision(Outcome.CLARIFY, ask="age")
    return Decision(Outcome.ANSWERED, _starts(settings, entries, ranked))


def _starts(settings: BotSettings, entries: Mapping[str, Entry], ranked: list[Candidate]) -> tuple[Entry, ...]:
    lead = entries[ranked[0].id]
    likely = [c.id for c in ranked[1:] if c.probability >= _OTHER_FLOOR and (_certain(entries[c.id]) or c.probability >= _DOUBTFUL_FLOOR)]
    related = [id for id in lead.related if id in entries and _certain(entries[id])]
    order = [lead.id, *likely, *related, *(c.id for c in ranked[1:])]
    return tuple(entries[id] for id in list(dict.fromkeys(order))[: settings.signposts])


def _age_decides(entries: Mapping[str, Entry], ranked: list[Candidate]) -> bool:
    """Whether the two likeliest places are for ages that do not meet, so that the age alone decides."""
    first, second = ranked[0], ranked[1]
    a, b = entries[first.id], entries[second.id]
    apart = _oldest(a) < _youngest(b) or _oldest(b) < _youngest(a)
    return apart and second.probability >= _RIVAL * first.probability


def _says_nothing(reading: Reading) -> bool:
    return not reading.follows_on and not reading.needs and len(_CONTENT_WORD.findall(reading.repaired)) < 2 and reading.repaired == reading.opened


def _certain(entry: Entry) -> bool:
    return entry.certainty >= SHOWN_FROM_CERTAINTY


def _youngest(entry: Entry) -> int:
    return entry.minimum_age if entry.minimum_age is not None else 0


def _oldest(entry: Entry) -> int:
    return entry.maximum_age if entry.maximum_age is not None else 130
