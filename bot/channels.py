"""Shapes an answer for a channel: the whole of it as plain text, or the few sentences that fit a text message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot import gsm
from bot.compose import HOW, OWN_NEED
from bot.records import Answer, Channel, Outcome, Part, Reply, SmsFacts, Statement
from indexer.passages import REACH


def shape(answer: Answer, channel: Channel, release: str, most_segments: int) -> Reply:
    """The reply for a channel."""
    if channel is Channel.SMS:
        text = sms_text(answer, most_segments)
        return Reply(text, channel, release, answer, SmsFacts(gsm.encoding(text), gsm.segments(text)))
    return Reply(full_text(answer), channel, release, answer)


def full_text(answer: Answer) -> str:
    """The whole answer as plain text: parts under their titles, sentences with the numbers of their sources, the sources at the end."""
    blocks = [_block(part) for part in answer.parts]
    if answer.choices:
        blocks.append("\n".join(f"{n}. {choice}" for n, choice in enumerate(answer.choices, 1)))
    if answer.citations:
        blocks.append("\n".join(["Sources", *(f"[{c.n}] {c.title}{', ' + c.section if c.section else ''}" for c in answer.citations)]))
    return "\n\n".join(blocks)


def _block(part: Part) -> str:
    lines = [f"{s.text} [{s.citation}]" if s.citation else s.text for s in part.statements]
    return "\n".join([part.title, *lines])


def sms_text(answer: Answer, most_segments: int) -> str:
    """The sentences that matter most, in reading order, as many as fit; always at least the first."""
    ranked = list(dict.fromkeys(_by_weight(answer)))
    reading_order = [gsm.fold(s.text) for part in answer.parts for s in part.statements]
    chosen: list[str] = []
    for text in (gsm.fold(text) for text in ranked):
        trial = _in_order([*chosen, text], reading_order)
        if not chosen or (gsm.encoding(trial) == "GSM-7" and gsm.segments(trial) <= most_segments):
            chosen.append(text)
    if answer.choices:
        listed = [f"{n} {gsm.fold(choice)}" for n, choice in enumerate(answer.choices, 1)]
        chosen = [*chosen[:1], *listed]
        return "\n".join(chosen)
    return _in_order(chosen, reading_order)


def _in_order(chosen: Iterable[str], reading_order: list[str]) -> str:
    wanted = set(chosen)
    return "\n".join(dict.fromkeys(text for text in reading_order if text in wanted))


def _by_weight(answer: Answer) -> Iterator[str]:
    """Sentences from the most needed in a text message to the least."""
    parts = {part.id: part.statements for part in answer.parts if part.id != "note"}
    notes = [s for part in answer.parts if part.id == "note" for s in part.statements]
    reach = {c.n for c in answer.citations if c.section == REACH}
    if answer.outcome is Outcome.URGENT:
        now = parts["now"]
        yield from _texts(now[:1])
        yield from _texts(s for s in now if s.citation in reach)
        yield from _texts(now)
        return
    where, also = parts.get("where", ()), parts.get("also", ())
    yield from _texts(s for s in notes if s.citation is None and gsm.encoding(gsm.fold(s.text)) == "GSM-7")
    yield from _texts(where[:1])
    yield from _texts(parts.get("unknown", ())[:1])
    yield from _texts(s for s in also if s.weight >= OWN_NEED)
    yield from _texts([s for s in where if s.citation in reach][:1])
    told = [s for id in ("where", "expect", "documents") for s in parts.get(id, ()) if s.citation not in reach]
    heaviest = sorted(told, key=lambda s: -s.weight)
    yield from _texts(heaviest[:1])
    yield from _texts([s for s in where if s.citation in _how(answer)][:1])
    yield from _texts(heaviest[1:3])
    yield from _texts(also[:1])
    yield from _texts(heaviest[3:])
    yield from _texts([*also, *parts.get("else", ()), *notes])


def _how(answer: Answer) -> set[int]:
    return {c.n for c in answer.citations if c.section == HOW}


def _texts(statements: Iterable[Statement]) -> Iterator[str]:
    return (s.text for s in statements)
