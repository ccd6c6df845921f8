"""Everything behind one answer: what was read, what was weighed against which floor, and which places were rejected and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from bot.danger import LEARNED
from bot.decide import CHAT_FLOOR, DOUBTFUL_FLOOR, OTHER_FLOOR, Decision
from bot.engine import Considered, Engine
from bot.evidence import Candidate, ages_of
from bot.reading import Reading
from indexer.entries import SHOWN_FROM_CERTAINTY
from indexer.messages import NOT_OURS, SMALL_TALK

PLACES = 8
"""How many places are listed."""


@dataclass(frozen=True)
class Place:
    """A place that was weighed, and what became of it; ``rank`` is 1 for where to start, 0 where it is not named."""

    candidate: Candidate
    name: str
    rank: int
    verdict: str


@dataclass(frozen=True)
class Floor:
    """Something that is weighed: what it says where it reaches its floor."""

    name: str
    value: float
    floor: float
    says: str

    @property
    def reached(self) -> bool:
        """Whether it is at least its floor."""
        return self.value >= self.floor


@dataclass(frozen=True)
class Trace:
    """One message as the engine saw it. ``danger`` says in words what was found and by what; empty where nothing was."""

    considered: Considered
    danger: str
    floors: tuple[Floor, ...]
    places: tuple[Place, ...]

    @property
    def reading(self) -> Reading:
        """What was understood."""
        return self.considered.reading

    @property
    def decision(self) -> Decision:
        """What was decided."""
        return self.considered.decision

    @property
    def understood(self) -> dict[str, str]:
        """What was read out of the message, by name; only what is known."""
        return understood(self.reading)


def trace(engine: Engine, turns: Sequence[str], most: int = PLACES) -> Trace:
    """Everything behind the answer to the last message of a conversation, with at most so many places."""
    considered = engine.consider(turns)
    return Trace(considered, _danger(engine, considered), tuple(_floors(engine, considered)), tuple(_places(engine, considered, most)))


def understood(reading: Reading) -> dict[str, str]:
    """What was read out of a message, by name; only what is known."""
    facts = {
        "language": reading.language,
        "age": reading.age,
        "area": reading.area,
        "elsewhere": reading.elsewhere,
        "abroad": reading.abroad,
        "asker": reading.asker,
        "needs": ", ".join(reading.needs),
        "asks": ", ".join(ask.id for ask in reading.asks),
        "limits": ", ".join(limit.id for limit in reading.limits),
    }
    return {name: str(value) for name, value in facts.items() if value not in (None, "")}


def _danger(engine: Engine, considered: Considered) -> str:
    reading, evidence, decided = considered.reading, considered.evidence, considered.decision.danger
    rules, english = engine.reader.danger, reading.language == "en"
    if decided and decided.rule == LEARNED and evidence:
        floor = rules.floor(english)
        return f"{decided.kind}, learned from examples: log odds {evidence.danger:.2f}, {evidence.danger - floor:.2f} over the floor of {floor:.2f}"
    if decided:
        earlier = "" if reading.danger else " in an earlier message"
        return f"{decided.kind}, found{earlier} by {decided.rule} in: {decided.matched}"
    if reading.danger and evidence:
        why = f"set aside, since the learned log odds {evidence.danger:.2f} are below {rules.doubted_below:.2f}"
        return f"{reading.danger.kind}, found by {reading.danger.rule} in: {reading.danger.matched}; {why}"
    return ""


def _floors(engine: Engine, considered: Considered) -> list[Floor]:
    evidence, settings = considered.evidence, engine.settings
    if evidence is None:
        return []
    best = max((c.probability for c in evidence.ours()), default=0.0)
    danger = engine.reader.danger.floor(considered.reading.language == "en")
    weighed = [
        Floor("danger, learned (log odds)", evidence.danger, danger, "somebody is in danger"),
        Floor("small talk (log odds)", evidence.chat, CHAT_FLOOR, "nothing is asked"),
        Floor("outside the subject (log odds)", evidence.outside, settings.outside_floor, "it is not ours to answer"),
        Floor("likeliest place (probability)", best, settings.answer_floor, "there is a place to start"),
    ]
    return [floor for floor in weighed if isfinite(floor.value)]


def _places(engine: Engine, considered: Considered, most: int) -> list[Place]:
    if considered.evidence is None:
        return []
    named = {entry.id: rank for rank, entry in enumerate(considered.decision.starts, 1)}
    held = engine.gatherer.held_back(considered.reading)
    weighed = considered.evidence.candidates
    listed = weighed[:most] + tuple(c for c in weighed[most:] if c.id in named)
    return [_place(engine, candidate, named.get(candidate.id, 0), held.get(candidate.id, "")) for candidate in listed]


def _place(engine: Engine, candidate: Candidate, rank: int, held: str) -> Place:
    entry = engine.every_entry.get(candidate.id)
    name = entry.name if entry else "small talk" if candidate.id == SMALL_TALK else "outside the subject"
    off = engine.off.gone().get(candidate.id) or engine.off.shut(engine.groups).get(candidate.id)
    if rank:
        verdict = "where to start" if rank == 1 else "named too"
    elif entry is None:
        verdict = "stands for messages that are not ours" if candidate.id.startswith(NOT_OURS) else "no longer an entry"
    elif off:
        verdict = f"switched off ({off.what})"
    elif held == "age":
        youngest, oldest = ages_of(entry)
        verdict = f"held back: only for ages {youngest} to {oldest}" if oldest < 130 else f"held back: only from age {youngest}"
    elif held == "crisis":
        verdict = "held back: a crisis line, no danger was found and it is not asked for by name"
    elif candidate.probability < OTHER_FLOOR:
        verdict = f"below the floor of {OTHER_FLOOR} for a second place"
    elif entry.certainty < SHOWN_FROM_CERTAINTY and candidate.probability < DOUBTFUL_FLOOR:
        verdict = f"rests on no certain source, and is below the floor of {DOUBTFUL_FLOOR} for such places"
    else:
        verdict = "less likely than those named"
    return Place(candidate, name, rank, verdict)
