"""Decides what becomes of a reading: its outcome, and the entries to name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.danger import Danger
from bot.evidence import Candidate, Evidence, ages_of
from bot.off import Switched
from bot.reading import Reading
from bot.records import Outcome
from bot.settings import BotSettings
from indexer.entries import SHOWN_FROM_CERTAINTY, Entry
from indexer.pins import Pin

OTHER_FLOOR = 0.04
"""Least probability of a second or third place found by ranking; below it the lead's own related entries come first."""
DOUBTFUL_FLOOR = 0.25
"""Least probability of a second or third place that rests on no certain source: it may have ended."""
_SURE = 0.95
"""Probability of the lead from which nothing is asked back, however few words the message has ("he cant talk")."""
_RIVAL = 0.5
"""A rival for other ages is asked about when it has at least this share of the lead's probability."""
CHAT_FLOOR = 0.0
"""Least log odds at which a message is small talk."""
_URGENT_PLACES = 4
"""Most places named where there is danger: enough numbers to have a choice, few enough to be read."""


@dataclass(frozen=True)
class Decision:
    """An outcome, the entries to name (best first), the danger if there is any, and the line that a reply without a place says.

    ``not_found`` with entries to name is a refusal that says who can be asked instead.

    ``ask`` is for ``clarify`` what to ask (``age``, ``need``) or ``small_talk``, for ``error`` what is wrong, for a refusal where the asker lives.

    ``documented`` says that it is answered for the sake of a document, and would be refused without.

    ``pin`` is the pin that the message belongs to. ``off`` is what was left out because it is switched off, ``lines`` what a reply says of it first.
    """

    outcome: Outcome
    starts: tuple[Entry, ...] = ()
    ask: str | None = None
    danger: Danger | None = None
    pin: Pin | None = None
    off: tuple[Switched, ...] = ()
    lines: tuple[str, ...] = ()
    documented: bool = False


def urgent(entries: Mapping[str, Entry], danger: Danger) -> Decision:
    """The decision where somebody is in danger."""
    ids = (danger.start, *danger.also)[:_URGENT_PLACES]
    return Decision(Outcome.URGENT, tuple(entries[id] for id in ids if id in entries), danger=danger)


def decide(
    settings: BotSettings,
    entries: Mapping[str, Entry],
    reading: Reading,
    evidence: Evidence,
    refusing: frozenset[str] = frozenset(),
    pin: Pin | None = None,
) -> Decision:
    """The decision for a reading without danger.

    Args:
        settings: the floors.
        entries: what may be named, by id.
        reading: what was understood.
        evidence: what was found for it.
        refusing: the limits that leave nothing to answer, such as a family's own papers.
        pin: the pin that the message belongs to: its start leads unless the asker lives elsewhere.
    """
    if reading.elsewhere:
        return Decision(Outcome.NOT_FOUND, ask="elsewhere")
    if reading.abroad:
        return Decision(Outcome.OUT_OF_SCOPE, ask="abroad")
    ranked = [c for c in evidence.ours() if c.id in entries]
    refused = bool(refusing & (evidence.surely | {limit.id for limit in reading.limits}))
    if pin:
        starts = _starts(settings, entries, ranked, evidence.second, (pin.start, *pin.also))
        return Decision(Outcome.NOT_FOUND if refused else Outcome.ANSWERED, starts, pin=pin)
    if reading.before.pin and reading.picked and reading.picked in entries:  # a place that a pin named need not be likely
        return Decision(Outcome.ANSWERED, _starts(settings, entries, ranked, evidence.second, (reading.picked,)))
    if evidence.chat >= CHAT_FLOOR:
        return Decision(Outcome.CLARIFY, ask="small_talk")
    about, outside, unlikely = evidence.about_document(), evidence.outside >= settings.outside_floor, ranked[0].probability < settings.answer_floor
    if outside and not about:
        if ranked[0].probability > evidence.beyond():
            return Decision(Outcome.NOT_FOUND, _starts(settings, entries, ranked, evidence.second))
        return Decision(Outcome.NOT_FOUND if any(limit.ours for limit in reading.limits) else Outcome.OUT_OF_SCOPE)
    if not reading.before.asked and reading.says_nothing and ranked[0].probability < _SURE:
        return Decision(Outcome.CLARIFY, ask="need")
    if unlikely and not about:
        return Decision(Outcome.NOT_FOUND)
    doubtful = outside or unlikely
    if refused:
        return Decision(Outcome.NOT_FOUND, () if doubtful else _starts(settings, entries, ranked, evidence.second))
    if not (doubtful or reading.before.asked or reading.follows_on) and reading.age is None and _age_decides(entries, ranked):
        return Decision(Outcome.CLARIFY, ask="age")
    return Decision(Outcome.ANSWERED, _starts(settings, entries, ranked, evidence.second), documented=doubtful)


def leave_out(
    settings: BotSettings,
    entries: Mapping[str, Entry],
    usual: Decision,
    evidence: Evidence,
    gone: Mapping[str, Switched],
    shut: Mapping[str, Switched],
) -> Decision:
    """A decision without what is switched off.

    Where that would have led, its line is said first. Then come the next places; none where the topic is off, or no next place is likely enough.

    Args:
        settings: the floors.
        entries: all that could be named, by id.
        usual: the decision as it would be with nothing off.
        evidence: what it rests on.
        gone: entries that are off, by id.
        shut: entries that stand in a topic that is off, by id.
    """
    if usual.danger or not usual.starts:
        return usual
    first = [usual.starts[0].id, *(usual.pin.also if usual.pin else ())]
    led = [off[first[0]] for off in (gone, shut) if first[0] in off]
    ranked = [c for c in evidence.ours() if c.id in entries and c.id not in gone]
    if first[0] in gone and first[0] not in shut:
        unlikely = usual.pin is not None and evidence.outside >= settings.outside_floor
        likely = [c.id for c in ranked[:1] if c.probability >= settings.answer_floor and not unlikely]
        first = [id for id in first[1:] if id not in gone] or likely
        led += [shut[id] for id in first[:1] if id in shut]
    lines = tuple(dict.fromkeys(switched.line for switched in led))
    if not first or first[0] in shut:
        return Decision(Outcome.NOT_FOUND, pin=usual.pin, off=tuple(led), lines=lines)
    shown = {id: entry for id, entry in entries.items() if id not in gone and id not in shut}
    starts = _starts(settings, shown, [c for c in ranked if c.id in shown], evidence.second, first)
    other = [off[entry.id] for entry in usual.starts[1:] for off in (gone, shut) if entry.id in off]
    return replace(usual, starts=starts, off=tuple(dict.fromkeys([*led, *other])), lines=lines)


def _starts(
    settings: BotSettings, entries: Mapping[str, Entry], ranked: Sequence[Candidate], second: str | None, first: Sequence[str] = ()
) -> tuple[Entry, ...]:
    """The entries to name: ``first``, or else the likeliest; the place for another need; then those likely enough, and those related to the lead."""
    agreed = [id for id in first if id in entries] or [ranked[0].id]
    lead = entries[agreed[0]]
    after = [c for c in ranked if c.id != lead.id]
    other = [second] if second and second in entries else []
    likely = [c.id for c in after if c.probability >= OTHER_FLOOR and (_certain(entries[c.id]) or c.probability >= DOUBTFUL_FLOOR)]
    related = [id for id in lead.related if id in entries and _certain(entries[id])]
    order = [*agreed, *other, *likely, *related, *(c.id for c in after)]
    return tuple(entries[id] for id in list(dict.fromkeys(order))[: settings.signposts])


def _age_decides(entries: Mapping[str, Entry], ranked: list[Candidate]) -> bool:
    """Whether the two likeliest places are for ages that do not meet, so that the age alone decides."""
    first, second = ranked[0], ranked[1]
    a, b = entries[first.id], entries[second.id]
    apart = ages_of(a)[1] < ages_of(b)[0] or ages_of(b)[1] < ages_of(a)[0]
    return apart and second.probability >= _RIVAL * first.probability


def _certain(entry: Entry) -> bool:
    return entry.certainty >= SHOWN_FROM_CERTAINTY
