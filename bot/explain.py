"""Says why a question was answered as it was: what was read, which places were weighed, which passages were found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.engine import Engine
from bot.records import Channel

PLACES, PASSAGES = 8, 5
"""How many of each are listed."""


def explain(engine: Engine, turns: Sequence[str], channel: Channel = Channel.WEB, brief: bool = False) -> str:
    """What the engine saw in a conversation, line by line.

    Args:
        engine: answers the question once more.
        turns: the messages, oldest first.
        channel: shapes the reply at the end.
        brief: leave out the messages, the passages and the reply.
    """
    return "\n".join(_brief(engine, turns) if brief else _full(engine, turns, channel))


def _full(engine: Engine, turns: Sequence[str], channel: Channel) -> Iterator[str]:
    yield from (f"message {n}: {turn}" for n, turn in enumerate(turns, 1))
    yield from _brief(engine, turns)
    if evidence := engine.consider(turns).evidence:
        yield "passages (hybrid score, cosine):"
        yield from (f"  {f.score:.3f} {f.similarity:.3f} {f.passage.id}" for f in evidence.passages[:PASSAGES])
    yield "reply:"
    yield from (f"  {line}" for line in engine.reply(turns, channel).text.splitlines())


def _brief(engine: Engine, turns: Sequence[str]) -> Iterator[str]:
    considered = engine.consider(turns)
    reading, decision = considered.reading, considered.decision
    yield f"read as: {reading.opened}"
    if reading.context:
        yield f"after: {reading.context}"
    facts = {
        "language": reading.language,
        "age": reading.age,
        "area": reading.area,
        "elsewhere": reading.elsewhere,
        "asker": reading.asker,
        "needs": ", ".join(reading.needs),
        "asks": ", ".join(ask.id for ask in reading.asks),
        "limits": ", ".join(limit.id for limit in reading.limits),
    }
    yield "understood: " + "; ".join(f"{name} {value}" for name, value in facts.items() if value not in (None, ""))
    if reading.danger:
        yield f"danger: {reading.danger.kind}, found by {reading.danger.rule} in: {reading.danger.matched}"
    if considered.evidence:
        yield "places (probability, learned, retrieved):"
        for c in considered.evidence.candidates[:PLACES]:
            yield f"  {c.probability:.3f} {c.learned:7.2f} {c.retrieved:6.3f} {c.id}"
    if decision:
        yield f"decided: {decision.outcome.value} {[entry.id for entry in decision.starts]} {decision.ask or ''}".rstrip()
