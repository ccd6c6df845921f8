"""Cuts documents and entries into passages: the smallest pieces that an answer may cite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.documents import Document
from indexer.entries import SHOWN_FROM_CERTAINTY, Entry
from indexer.readers.markdown import plain_lines

_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|St|Mr|Mrs|Ms|Dr|No|vs|p|pp|para|approx))\.$")
_BOUNDARY = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9£])")

CONTINUES = re.compile(r"(?:This|These|It|They|He|She|Those|That)\b")
"""The beginning of a sentence that speaks of what the one before it named."""
LEADS_IN = ":"
"""The end of a line whose list, one item to a line, means nothing without it."""

ENTRY_FIELDS = (
    ("What it is", "description"),
    ("Who it is for", "eligibility_description"),
    ("How to get in", "application_process"),
    ("What it costs", "fees_description"),
)
"""Front-matter fields that become passages of an entry, under these headings."""


REACH, SOURCES = "How to reach them", "Where this comes from"
"""Headings of the two passages drawn up from an entry's contact and source fields, one contact or source to a line."""

_PHONE_LABEL = {"voice": "Phone", "text": "Text", "textphone": "Textphone"}


@dataclass(frozen=True)
class Passage:
    """One section, or a part of a long one.

    ``document`` is the id of an entry or a document, ``entry`` the entry's id or None. ``sentences`` are (start, end) offsets into
    ``text``; a citation quotes whole sentences by them. ``kept_from`` is the day of the copy where the page itself can no longer be read.
    """

    id: str
    document: str
    entry: str | None
    title: str
    heading: tuple[str, ...]
    text: str
    url: str
    dated: str
    page: int | None
    sentences: tuple[tuple[int, int], ...]
    kept_from: str | None = None

    @property
    def section(self) -> str:
        """The heading path as a reader sees it, with the page where there is one."""
        parts = [" > ".join(self.heading)] if self.heading else []
        parts += [f"page {self.page}"] if self.page else []
        return ", ".join([*parts, f"as it was on {self.kept_from}, the page cannot be read now"] if self.kept_from else parts)

    @property
    def embedded(self) -> str:
        """What is embedded: the text with its title and heading, so that a short passage keeps its subject."""
        return ". ".join([self.title, *self.heading, self.text])

    def quote(self, index: int) -> str:
        """The exact words of one sentence."""
        start, end = self.sentences[index]
        return self.text[start:end]


def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Offsets (start, end) of the sentences of a text; a line break always ends one."""
    spans: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for boundary in _BOUNDARY.finditer(text, line.start(), line.end()):
            if _ABBREVIATION.search(text, start, boundary.start()):
                continue
            spans.append((start, boundary.start() + len(boundary.group().rstrip())))
            start = boundary.end()
        spans.append((start, line.end()))
    return tuple((s, e) for s, e in spans if text[s:e].strip())


def line_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Offsets (start, end) of the lines of a text: a contact or source is quoted whole, whatever full stops are in it."""
    return tuple((found.start(), found.end()) for found in re.finditer(r"[^\n]+", text))


def passages_of_entry(entry: Entry) -> Iterator[Passage]:
    """Passages of a curated entry: one for each descriptive field and each section of its body, one for contacts, one for sources."""
    parts = [(heading, getattr(entry, field)) for heading, field in ENTRY_FIELDS]
    parts += [(REACH, "\n".join(contact_lines(entry)))]
    parts += [(s.heading, "\n".join(plain_lines(s.text))) for s in entry.sections]
    parts += [(SOURCES, "\n".join(f"{s.title}, {s.dated}" for s in entry.sources))]
    for heading, text in parts:
        if text:
            yield Passage(
                id=f"{entry.id}#{heading.lower().replace(' ', '-')}",
                document=entry.id,
                entry=entry.id,
                title=entry.name,
                heading=(heading,),
                text=text,
                url=entry.address,
                dated=entry.dated,
                page=None,
                sentences=line_spans(text) if heading in (REACH, SOURCES) else sentence_spans(text),
            )


def contact_lines(entry: Entry) -> list[str]:
    """The contacts of an entry that are certain enough to be shown, one to a line, each number and address exactly as its field has it."""
    lines = []
    for phone in entry.shown_phones():
        extra = ", ".join(text for text in (phone.description, phone.hours) if text)
        lines.append(f"{_PHONE_LABEL[phone.type]}: {phone.number}" + (f" ({extra})" if extra else ""))
    if entry.certainty >= SHOWN_FROM_CERTAINTY:
        lines += [f"E-mail: {entry.email}"] if entry.email else []
        lines += [f"Address: {address}" for address in entry.addresses]
        lines += [f"Website: {entry.url}"] if entry.url else []
    return lines


def passages_of_document(document: Document, longest: int) -> Iterator[Passage]:
    """Passages of a document: its sections, those above ``longest`` words cut between sentences, but not before one that needs the one before it."""
    number = 0
    for section in document.sections:
        for text in _cut(section.text, longest):
            number += 1
            yield Passage(
                id=f"{document.id}#{number}",
                document=document.id,
                entry=None,
                title=document.title,
                heading=section.heading,
                text=text,
                url=document.url,
                dated=document.dated,
                page=section.page,
                sentences=sentence_spans(text),
                kept_from=document.kept_from,
            )


def _cut(text: str, longest: int) -> Iterator[str]:
    spans = sentence_spans(text)
    if not spans:
        return
    start, words = spans[0][0], 0
    for position, (begin, end) in enumerate(spans):
        count = len(text[begin:end].split())
        before = text[slice(*spans[position - 1])] if position else ""
        needs_it = CONTINUES.match(text, begin) or text[begin].islower() or before.endswith(LEADS_IN)
        if words and words + count > longest * (2 if needs_it else 1):
            yield text[start : spans[position - 1][1]]
            start, words = begin, 0
        words += count
    yield text[start : spans[-1][1]]
