"""A document as a list of blocks, from which a Word document and Markdown are made alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 stands under the document's title."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of plain text."""

    text: str


@dataclass(frozen=True)
class Write:
    """A place where a person has to write: what belongs there."""

    what: str

    @property
    def text(self) -> str:
        """As it stands in the document."""
        return f"[Write here: {self.what}]"


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table with its caption, its column names and its rows of plain text."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Write | Bullets | Table


@dataclass(frozen=True)
class Document:
    """A title and what stands under it."""

    title: str
    blocks: Sequence[Block]
