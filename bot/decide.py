"""Decides what becomes of a reading: its outcome, and the entries to name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.danger import Danger
from bot.evidence import Candidate, Evidence, ages_of
from bot.reading import Reading
from bot.records import Outcome
from bot.settings import BotSettings
from indexer.entries import SHOWN_FROM_CERTAINTY, Entry

_OTHER_FLOOR = 0.04
"""Least probability of a second or third place found by ranking; below it the lead's own related entries come first."""
_DOUBTFUL_FLOOR = 0.25
"""Least probability of a second or third place that rests on no certain source: it may have ended."""
_SURE = 0.95
"""Probability of the lead from which nothing is asked back, however few words the message has ("he cant talk")."""
_RIVAL = 0.5
"""A rival for other ages is asked about when it has at least this share of the lead's probability."""
_CHAT_FLOOR = 0.0
"""Least log odds at which a message is small talk."""
_URGENT_PLACES = 4
"""Most places named where there is danger: enough numbers to have a choice, few enough to be read."""


@dataclass(frozen=True)
class Decision:
    """An outcome, the entries to name (best first), the danger if there is any, and the line that a reply without a place says.

    ``not_found`` with entries to name is a refusal that says who can be asked instead.

    ``ask`` is for ``clarify`` what to ask (``age``, ``need``) or ``small_talk``, for ``error`` what is wrong, for a refusal where the asker lives.
    """

    outcome: Outcome
    starts: tuple[Entry, ...] = ()
    ask: str | None = None
    danger: Danger | None = None


def urgent(entries: Mapping[str, Entry], danger: Danger) -> Decision:
    """The decision where somebody is in danger."""
    ids = (danger.start, *danger.also)[:_URGENT_PLACES]
    return Decision(Outcome.URGENT, tuple(entries[id] for id in ids if id in entries), danger=danger)


def decide(
    settings: BotSettings, entries: Mapping[str, Entry], reading: Reading, evidence: Evidence, refusing: frozenset[str] = frozenset()
) -> Decision:
    """The decision for a reading without danger; ``refusing`` are the limits that leave nothing to answer, such as a family's own papers."""
    if reading.elsewhere:
        return Decision(Outcome.NOT_FOUND, ask="elsewhere")
    if reading.abroad:
        return Decision(Outcome.OUT_OF_SCOPE, ask="abroad")
    ranked = [c for c in evidence.ours() if c.id in entries]
    if evidence.chat >= _CHAT_FLOOR:
        return Decision(Outcome.CLARIFY, ask="small_talk")
    documented = evidence.near_document() is not None
    if evidence.outside >= settings.outside_floor and not documented:
        if ranked[0].probability > evidence.beyond():
            return Decision(Outcome.NOT_FOUND, _starts(settings, entries, ranked, evidence.second))
        return Decision(Outcome.NOT_FOUND if any(limit.ours for limit in reading.limits) else Outcome.OUT_OF_SCOPE)
    if not reading.before.asked and reading.says_nothing and ranked[0].probability < _SURE:
        return Decision(Outcome.CLARIFY, ask="need")
    if ranked[0].probability < settings.answer_floor and not documented:
        return Decision(Outcome.NOT_FOUND)
    if refusing & (evidence.surely | {limit.id for limit in reading.limits}) and not documented:
        return Decision(Outcome.NOT_FOUND, _starts(settings, entries, ranked, evidence.second))
    if not reading.before.asked and reading.age is None and not reading.follows_on and _age_decides(entries, ranked):
        return Decision(Outcome.CLARIFY, ask="age")
    return Decision(Outcome.ANSWERED, _starts(settings, entries, ranked, evidence.second))


def _starts(settings: BotSettings, entries: Mapping[str, Entry], ranked: list[Candidate], second: str | None) -> tuple[Entry, ...]:
    lead = entries[ranked[0].id]
    other = [second] if second and second in entries else []
    likely = [c.id for c in ranked[1:] if c.probability >= _OTHER_FLOOR and (_certain(entries[c.id]) or c.probability >= _DOUBTFUL_FLOOR)]
    related = [id for id in lead.related if id in entries and _certain(entries[id])]
    order = [lead.id, *other, *likely, *related, *(c.id for c in ranked[1:])]
    return tuple(entries[id] for id in list(dict.fromkeys(order))[: settings.signposts])


def _age_decides(entries: Mapping[str, Entry], ranked: list[Candidate]) -> bool:
    """Whether the two likeliest places are for ages that do not meet, so that the age alone decides."""
    first, second = ranked[0], ranked[1]
    a, b = entries[first.id], entries[second.id]
    apart = ages_of(a)[1] < ages_of(b)[0] or ages_of(b)[1] < ages_of(a)[0]
    return apart and second.probability >= _RIVAL * first.probability


def _certain(entry: Entry) -> bool:
    return entry.certainty >= SHOWN_FROM_CERTAINTY
