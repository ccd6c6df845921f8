"""Replies as the templates show them: which sentence stands where, and what a card has said already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.records import Citation, Contact, Outcome, Part, Reply, Signpost, Statement
from indexer.passages import REACH, SOURCES
from web.brief import Block, brief, easy_blocks
from web.present import checked_line, plain, source_line

CARDED = ("now", "where", "also")
"""Parts whose sentences about a signpost stand on its card."""


@dataclass(frozen=True)
class Card:
    """A signpost with the sentences about it. Its contacts and dates come from fields, so sentences that only repeat them are left out."""

    signpost: Signpost
    about: tuple[Statement, ...]
    sources: Mapping[int, Citation]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The sentences that say something the fields do not."""
        return tuple(s for s in self.about if not self._repeats(s))

    @property
    def lines(self) -> tuple[tuple[str, Statement], ...]:
        """Why, who it is for and how to get in, each with the citation it rests on."""
        fields = (("Who it is for", self.signpost.who_for), ("How to get in", self.signpost.how_to_get_in))
        found = [(label, Statement(text, self._citation(text))) for label, text in fields if text]
        if not any(self.signpost.why in s.text for s in [*self.statements, *(line for _, line in found)]):
            found.insert(0, ("Why", Statement(self.signpost.why, self.signpost.citation)))
        return tuple(found)

    @property
    def proof(self) -> Statement:
        """Where it comes from, of when, and whether the service has confirmed it."""
        said = next((s for s in self.about if self._section(s) == SOURCES), None)
        own = self.sources.get(self.signpost.citation)
        title = own.title if own and own.url != self.signpost.address else None
        return said or Statement(f"{source_line(title, self.signpost.dated)} {checked_line(self.signpost.checked)}")

    def _repeats(self, statement: Statement) -> bool:
        fields = (self.signpost.who_for, self.signpost.how_to_get_in)
        introduces = statement.text.rstrip(".").endswith(self.signpost.name) and len(statement.text) < len(self.signpost.name) + 25
        return introduces or self._section(statement) in (REACH, SOURCES) or any(statement.text in field for field in fields if field)

    def _section(self, statement: Statement) -> str:
        source = self.sources.get(statement.citation or 0)
        return source.section if source else ""

    def _citation(self, text: str) -> int:
        return next((s.citation for s in self.about if s.citation and s.text in text), self.signpost.citation)


@dataclass(frozen=True)
class Exchange:
    """One question and its reply."""

    question: str
    reply: Reply

    @property
    def urgent(self) -> bool:
        """Whether someone may be in danger."""
        return self.reply.outcome is Outcome.URGENT

    @property
    def first(self) -> tuple[Statement, ...]:
        """What to do now, where someone may be in danger."""
        return tuple(s for part in self._parts if part.id == "now" for s in part.statements) if self.urgent else ()

    @property
    def before(self) -> tuple[Part, ...]:
        """The parts that stand above the cards, up to the one that says where to go."""
        last = max((n for n, part in enumerate(self._parts) if part.id in CARDED), default=-1)
        return tuple(p for p in self._parts[: last + 1] if not (self.urgent and p.id == "now"))

    @property
    def after(self) -> tuple[Part, ...]:
        """The parts that stand below the cards."""
        last = max((n for n, part in enumerate(self._parts) if part.id in CARDED), default=-1)
        return self._parts[last + 1 :]

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """One card to a signpost."""
        said = [s for part in self.reply.answer.parts if part.id in CARDED for s in part.statements]
        return tuple(
            Card(signpost, tuple(s for s in said if self._about(s) == signpost.id), self._sources)
            for signpost in self.reply.answer.signposts
        )

    @property
    def routes(self) -> tuple[Citation, ...]:
        """Pages of this site that a reply without a signpost rests on."""
        answer = self.reply.answer
        found = {c.url: c for c in answer.citations if c.url.startswith("/")}
        return () if answer.signposts else tuple(found.values())

    @property
    def numbers(self) -> tuple[tuple[Signpost, Contact], ...]:
        """The first number of each signpost, to ring or text at once; none unless someone may be in danger."""
        return tuple(self._numbers()) if self.urgent else ()

    @property
    def age(self) -> int | None:
        """The age that we understood, in years."""
        age = self.reply.answer.understood.get("age")
        return int(age) if age is not None else None

    @property
    def area(self) -> str:
        """Id of the neighbourhood that we understood; empty where there is none."""
        area = self.reply.answer.understood.get("area")
        return area if isinstance(area, str) else ""

    @property
    def understood(self) -> tuple[tuple[str, int | str], ...]:
        """What we understood, each with its kind: ``age``, ``area`` or ``need``."""
        found: list[tuple[str, int | str]] = [] if self.age is None else [("age", self.age)]
        if self.area:
            found.append(("area", plain(self.area).title()))
        needs = self.reply.answer.understood.get("needs") or ()
        return (*found, *(("need", plain(need)) for need in needs if isinstance(need, str)))

    @property
    def easy(self) -> tuple[Block, ...]:
        """The Easy Read form."""
        return easy_blocks(self.reply)

    def brief(self, base: str) -> str:
        """The places to go as plain text to send on; ``base`` is the site's public address."""
        return brief(self.reply, base)

    @cached_property
    def _sources(self) -> dict[int, Citation]:
        return {citation.n: citation for citation in self.reply.answer.citations}

    @cached_property
    def _parts(self) -> tuple[Part, ...]:
        """The parts without the sentences that stand on cards."""
        kept = []
        for part in self.reply.answer.parts:
            free = tuple(s for s in part.statements if part.id not in CARDED or self._about(s) is None)
            if free or part.id == "where":
                kept.append(Part(part.id, part.title, free))
        return tuple(kept)

    def _about(self, statement: Statement) -> str | None:
        source = self._sources.get(statement.citation or 0)
        return next((s.id for s in self.reply.answer.signposts if source and source.url == s.address), None)

    def _numbers(self) -> Iterator[tuple[Signpost, Contact]]:
        for signpost in self.reply.answer.signposts:
            contact = next((c for c in signpost.contacts if c.type in ("phone", "text")), None)
            if contact:
                yield signpost, contact
