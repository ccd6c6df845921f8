"""What every family of checks works on and hands back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from indexer.entries import Entry, load_entries
from indexer.passages import ENTRY_FIELDS, sentence_spans
from indexer.pins import Pin, load_pins
from indexer.readers.markdown import plain_lines
from indexer.wording import load_toml

Level = Literal["error", "note"]
"""An error fails the check; a note is for an editor to weigh."""


@dataclass(frozen=True)
class Finding:
    """One thing to put right. ``rule`` names the check, ``entry`` the entry's id or the file."""

    rule: str
    level: Level
    entry: str
    message: str


@dataclass(frozen=True)
class Sentence:
    """One sentence of an entry that an answer may quote, and the heading under which it stands."""

    entry: str
    heading: str
    text: str


@dataclass(frozen=True)
class Subject:
    """A content folder as read for the checks, and the day on which they are made."""

    content: Path
    today: dt.date
    entries: Sequence[Entry]
    files: Mapping[str, Mapping[str, Any]]
    pins: Sequence[Pin] = ()

    @cached_property
    def known(self) -> frozenset[str]:
        """Ids that lead somewhere: those of entries, and those that entries absorb."""
        return frozenset(id for e in self.entries for id in (e.id, *e.replaces))

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """All sentences of all entries, in the order in which each entry is read."""
        return tuple(sentence for entry in self.entries for sentence in sentences_of(entry))


def read_subject(content: Path, today: dt.date) -> Subject:
    """Read a content folder.

    Raises:
        ContentError: if a file is missing or cannot be read.
    """
    names = ("words.toml", "places.toml", "replies.toml", "urgent.toml", "duties.toml", "not-ours.toml")
    optional = [name for name in ("groups.toml",) if (content / name).exists()]
    return Subject(content, today, load_entries(content), {name: load_toml(content / name) for name in (*names, *optional)}, load_pins(content))


def parts_of(entry: Entry) -> Iterator[tuple[str, str]]:
    """Headings and plain text of an entry's prose, without list markers; contacts and sources are not prose."""
    for heading, field in ENTRY_FIELDS:
        if text := getattr(entry, field):
            yield heading, text
    for section in entry.sections:
        yield section.heading, "\n".join(plain_lines(section.text))


def sentences_of(entry: Entry) -> Iterator[Sentence]:
    """The sentences of an entry's prose."""
    for heading, text in parts_of(entry):
        for start, end in sentence_spans(text):
            yield Sentence(entry.id, heading, text[start:end])
