"""What every reader produces: a document, cut into sections along its heading tree."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DocumentSection:
    """The text under one heading.

    ``heading`` is the path from the top (``("Plans", "Time limits")``), empty for text before the first heading; ``text`` is plain,
    one paragraph or list item to a line; ``page`` counts from 1 where the document has pages.
    """

    heading: tuple[str, ...]
    text: str
    page: int | None = None


@dataclass(frozen=True)
class Document:
    """One page or file as read and cleaned. ``url`` is its public address, or its path where it has none.

    ``also`` are other addresses of the same text; ``kept_from`` is the day (``YYYY-MM-DD``) of the copy where the page itself can no longer be
    read; ``language`` is the code that the page gives, or an empty text.
    """

    id: str
    title: str
    url: str
    dated: str
    sections: tuple[DocumentSection, ...]
    source: str = ""
    language: str = ""
    also: tuple[str, ...] = ()
    kept_from: str | None = None


@dataclass(frozen=True)
class Skipped:
    """A file that could not be read, with the reason in words for the summary of a build."""

    path: str
    reason: str
