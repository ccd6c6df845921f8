"""An answer in few words: the lines that someone sends to a phone, and the Easy Read form. Both only choose among the answer's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.records import Contact, Part, Reply, Signpost
from web.present import bare

MOST_CONTACTS = 2
"""Contacts of one place in a brief answer."""
MOST_LINES = 4
"""Sentences of one part in the Easy Read form."""
MOST_PAPERS = 2
"""Documents whose words the Easy Read form gives."""
_DIRECT = ("phone", "text", "email", "link")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9“\"'])|(?<=[;])\s+")
_TITLES = {"expect": "What happens next", "unknown": "What we do not know", "else": "If that does not work"}
_SAY = {"phone": "Ring", "text": "Text", "email": "E-mail", "link": "Website"}


@dataclass(frozen=True)
class Block:
    """One idea of the Easy Read form: a title, the place's name where there is one, short lines, and ways to get in touch."""

    title: str
    lines: tuple[str, ...]
    name: str = ""
    contacts: tuple[Contact, ...] = ()


def direct(signpost: Signpost) -> tuple[Contact, ...]:
    """The first ways to reach a place that can be used on a phone, one of each kind."""
    kinds = {c.type: c for c in reversed(signpost.contacts) if c.type in _DIRECT}
    return tuple(sorted(kinds.values(), key=lambda c: _DIRECT.index(c.type)))[:MOST_CONTACTS]


def lines_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Sentences, one to a line, none twice."""
    return tuple(dict.fromkeys(line.strip().rstrip(";") for text in texts for line in _SENTENCE.split(text) if line.strip()))


def easy_blocks(reply: Reply) -> tuple[Block, ...]:
    """The Easy Read form: what is to be known first, one place to start, what comes next, and who else can help."""
    return tuple(_blocks(reply))


def _blocks(reply: Reply) -> Iterator[Block]:
    parts = {part.id: part for part in reply.answer.parts}
    if "note" in parts:
        yield Block("Please read this first", _said(parts["note"]))
    papers = tuple(_papers(reply))
    first = papers if next((id for id in parts if id in ("documents", "where")), "") == "documents" else ()
    yield from first
    if reply.answer.signposts:
        start = reply.answer.signposts[0]
        texts = [start.why, start.who_for or "", start.how_to_get_in or ""]
        yield Block("Start here", lines_of(texts), start.name, direct(start))
    elif "where" in parts:
        yield Block("Where to go", _said(parts["where"]))
    for id, title in _TITLES.items():
        if id in parts:
            yield Block(title, _said(parts[id]))
        if id == "expect" and not first:
            yield from papers


def _papers(reply: Reply) -> Iterator[Block]:
    """What documents say, a block to each, those that are nearest to the question."""
    for source, said in reply.answer.told[:MOST_PAPERS]:
        yield Block("What papers say", lines_of(s.text for s in said)[:MOST_LINES], source.title)


def _said(part: Part) -> tuple[str, ...]:
    return lines_of(s.text for s in part.statements)[:MOST_LINES]


def brief(reply: Reply, base: str) -> str:
    """The places to go, how to reach them and where to read on, as plain text.

    Args:
        base: public address of this site, without a slash at its end.
    """
    lines: list[str] = []
    for n, signpost in enumerate(reply.answer.signposts):
        lines.append(f"{'Start here' if n == 0 else 'Or'}: {signpost.name}")
        lines += [f"{_SAY[c.type]}: {bare(c.value)}" for c in direct(signpost)]
        lines.append(f"{base}{signpost.address}")
    return "\n".join(lines) or f"{reply.text}\n{base}/"
