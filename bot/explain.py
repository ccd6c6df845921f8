"""Says why a question was answered as it was: what was read, which places were weighed, which passages were found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.engine import Engine
from bot.off import Switched
from bot.records import Channel
from bot.trace import trace

PASSAGES = 5
"""How many are listed."""


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
    if (off := engine.off.closed(channel)) and not engine.in_danger(turns, channel):
        yield _off(off)
    if evidence := engine.consider(turns).evidence:
        yield "passages (hybrid score, cosine):"
        yield from (f"  {f.score:.3f} {f.similarity:.3f} {f.passage.id}" for f in evidence.passages[:PASSAGES])
    yield "reply:"
    yield from (f"  {line}" for line in engine.reply(turns, channel).text.splitlines())


def _brief(engine: Engine, turns: Sequence[str]) -> Iterator[str]:
    seen = trace(engine, turns)
    reading, decision = seen.reading, seen.decision
    yield f"read as: {reading.opened}"
    if reading.context:
        yield f"after: {reading.context}"
    yield "understood: " + "; ".join(f"{name} {value}" for name, value in seen.understood.items())
    if seen.danger:
        yield f"danger: {seen.danger}"
    if seen.places:
        yield "places (probability, learned, retrieved):"
        for place in seen.places:
            c = place.candidate
            yield f"  {c.probability:.3f} {c.learned:7.2f} {c.retrieved:6.3f} {c.id}{'' if place.rank else f' ({place.verdict})'}"
    if pin := decision.pin:
        yield f"pinned: {pin.id}: {pin.reason} (agreed {pin.agreed}, review due {pin.review_due})"
    yield from map(_off, decision.off)
    if decision:
        yield f"decided: {decision.outcome.value} {[entry.id for entry in decision.starts]} {decision.ask or ''}".rstrip()


def _off(off: Switched) -> str:
    return f"switched off: {f'{off.what} {off.id}'.rstrip()}: {off.line}"
