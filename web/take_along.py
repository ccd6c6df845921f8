"""The page to take along: what was asked and answered in one conversation, so that a family tells its story once.

Every fact is copied from a reply or from a page of the framework guide. Nothing is worded here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from bot.records import Citation, Contact
from indexer.entries import Entry
from indexer.groups import Groups
from web.school_questions import HEADING, page_for, questions_of
from web.views import Card, Exchange

MOST_PLACES = 6
MOST_QUESTIONS = 6
CALLED = ("phone", "text", "textphone")
"""Contacts that are numbers."""


@dataclass(frozen=True)
class Source:
    """A page that facts come from, with the sections used. ``n`` counts from 1; ``dated`` is as written in the register."""

    n: int
    title: str
    sections: tuple[str, ...]
    url: str
    dated: str


@dataclass(frozen=True)
class Line:
    """A sentence, and the number of the source it comes from; None for the fixed wording around facts."""

    text: str
    source: int | None = None


@dataclass(frozen=True)
class Place:
    """Somewhere to go. ``why`` is empty where the other lines say it; ``proof`` tells how old it is and whether the service confirmed it."""

    name: str
    address: str
    why: Line | None
    who_for: Line | None
    how_to_get_in: Line | None
    contacts: tuple[Contact, ...]
    proof: str


@dataclass(frozen=True)
class School:
    """Questions to ask nursery, school or college, from one page of the framework guide."""

    name: str
    address: str
    questions: tuple[Line, ...]


@dataclass(frozen=True)
class TakeAlong:
    """What the page shows, from top to bottom. ``danger`` leads where any reply was urgent; ``said`` is filled only without a place."""

    danger: tuple[Line, ...]
    asked: tuple[str, ...]
    places: tuple[Place, ...]
    said: tuple[Line, ...]
    steps: tuple[Line, ...]
    school: School | None
    numbers: tuple[tuple[str, Contact], ...]
    sources: tuple[Source, ...]


class _Sources:
    """Numbers sources in the order in which they are first used."""

    def __init__(self) -> None:
        self._sections: dict[tuple[str, str, str], dict[str, None]] = {}

    def number(self, title: str, section: str, url: str, dated: str) -> int:
        key = (title, url, dated)
        self._sections.setdefault(key, {})[section] = None
        return list(self._sections).index(key) + 1

    def of(self, citation: Citation | None) -> int | None:
        return self.number(citation.title, citation.section, citation.url, citation.dated) if citation else None

    def all(self) -> tuple[Source, ...]:
        found = enumerate(self._sections.items(), 1)
        return tuple(Source(n, title, tuple(filter(None, used)), url, dated) for n, ((title, url, dated), used) in found)


def take_along(exchanges: Sequence[Exchange], entries: Mapping[str, Entry], groups: Groups) -> TakeAlong:
    """The page of a conversation.

    Args:
        exchanges: its questions and replies, oldest first.
        entries: the release's entries by id.
        groups: how the framework guide is laid out.
    """
    sources = _Sources()
    danger = _once(Line(s.text, sources.of(_source(ex, s.citation))) for ex in exchanges for s in ex.first)
    cards = _cards(exchanges)
    places = tuple(_place(card, sources) for card in cards[:MOST_PLACES])
    said = () if cards else _once(_lines(exchanges[-1:], None, sources))
    steps = _once(_lines(exchanges, "expect", sources))
    school = _school(page_for(exchanges, entries, groups), sources)
    urgent = [card for ex in exchanges if ex.urgent for card in ex.cards]
    numbers: dict[tuple[str, str], tuple[str, Contact]] = {}
    for card in (*urgent, *cards[:MOST_PLACES]):
        for contact in (c for c in card.signpost.contacts if c.type in CALLED):
            numbers.setdefault((contact.type, re.sub(r"\D", "", contact.value)), (card.signpost.name, contact))
    return TakeAlong(danger, tuple(ex.question for ex in exchanges), places, said, steps, school, tuple(numbers.values()), sources.all())


def details(contact: Contact) -> str:
    """What a contact is for and when it is open, in one line."""
    return ". ".join(text.rstrip(".") for text in (contact.description, contact.hours) if text)


def _cards(exchanges: Sequence[Exchange]) -> list[Card]:
    """The cards of all answers, none twice: those of urgent ones lead, then where each answer starts, then where each leads next."""
    ordered = sorted(exchanges, key=lambda ex: not ex.urgent)
    rows = zip_longest(*(ex.cards for ex in ordered))
    found: dict[str, Card] = {}
    for card in (*(c for ex in ordered if ex.urgent for c in ex.cards), *(c for row in rows for c in row if c)):
        found.setdefault(card.signpost.id, card)
    return list(found.values())


def _place(card: Card, sources: _Sources) -> Place:
    signpost = card.signpost

    def line(text: str | None) -> Line | None:
        own = (c for c in card.sources.values() if text and c.url == signpost.address and (text in c.quote or c.quote in text))
        return Line(text, sources.of(next(own, card.sources.get(signpost.citation)))) if text else None

    said = any(signpost.why in text for text in (signpost.who_for, signpost.how_to_get_in) if text)
    why = None if said else line(signpost.why)
    who, how = line(signpost.who_for), line(signpost.how_to_get_in)
    return Place(signpost.name, signpost.address, why, who, how, signpost.contacts, card.proof.text)


def _school(page: Entry | None, sources: _Sources) -> School | None:
    if page is None:
        return None
    n = sources.number(page.name, HEADING, page.address, page.dated)
    return School(page.name, page.address, tuple(Line(text, n) for text in questions_of(page)[:MOST_QUESTIONS]))


def _lines(exchanges: Iterable[Exchange], part_id: str | None, sources: _Sources) -> Iterator[Line]:
    """The sentences of the parts with an id, or of all parts."""
    for ex in exchanges:
        for part in ex.reply.answer.parts:
            if part_id in (None, part.id):
                yield from (Line(s.text, sources.of(_source(ex, s.citation))) for s in part.statements)


def _source(exchange: Exchange, n: int | None) -> Citation | None:
    return next((c for c in exchange.reply.answer.citations if c.n == n), None)


def _once(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines, none twice."""
    found: dict[str, Line] = {}
    for line in lines:
        found.setdefault(line.text, line)
    return tuple(found.values())
