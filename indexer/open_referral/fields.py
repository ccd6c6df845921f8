"""Typed fields out of a row of a feed. What is there but cannot be used is noted and left out."""

from __future__ import annotations

import datetime as dt
import html
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from indexer.passages import sentence_spans

NAME_LIMIT, TEXT_LIMIT = 200, 6000
"""Longest name and longest other text that is kept, in characters."""
OLDEST_AGE = 120
"""Feeds write 120, 150 or 999 for "no limit"."""
MOST_NESTED = 200
"""Most nested records that are read of one list."""

_BLOCKS = frozenset(
    ("p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "td", "th", "dt", "dd", "br", "hr", "blockquote", "section", "article")
)
_UNSEEN = frozenset(("script", "style", "template"))
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*+)[^<>]*+>|<[!?][^<>]*+>")
_MARKUP = re.compile(r"<[a-zA-Z/!]|&[#\w]+;")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d)")
_UK_DATE = re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})(?!\d)")
_EARLIEST = dt.date(1990, 1, 1)


class BadRowError(Exception):
    """A row that cannot be an entry: the field and the reason."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")


@dataclass
class Row:
    """One row of a feed, and the notes on fields that could not be used, each "field: reason"."""

    data: Mapping[str, Any]
    today: dt.date
    notes: list[str] = field(default_factory=list)

    def note(self, name: str, reason: str) -> None:
        """Remember what was wrong with a field; once is enough."""
        if f"{name}: {reason}" not in self.notes:
            self.notes.append(f"{name}: {reason}")

    def text(self, *names: str, limit: int = TEXT_LIMIT) -> str | None:
        """The first of some fields that holds text, as plain text on one line."""
        for name in names:
            value = self.data.get(name)
            if value is None:
                continue
            if not isinstance(value, str):
                self.note(name, f"text expected, not {_kind(value)}")
                continue
            text = plain(value)
            if len(text) > limit:
                self.note(name, f"{len(text)} characters, cut to {limit}")
                text = shortened(text, limit)
            if text:
                return text
        return None

    def records(self, *names: str) -> list[Mapping[str, Any]]:
        """The objects under some fields, in order; a lone object counts as a list of one."""
        found: list[Mapping[str, Any]] = []
        for name in names:
            value = self.data.get(name)
            items = value if isinstance(value, list) else [] if value is None else [value]
            objects = [item for item in items if isinstance(item, Mapping)]
            if len(objects) < len(items):
                self.note(name, "objects expected")
            if len(objects) > MOST_NESTED:
                self.note(name, f"{len(objects)} records, only {MOST_NESTED} read")
            found += objects[:MOST_NESTED]
        return found

    def age(self, name: str) -> int | None:
        """An age in whole years, rounded down; None where there is no limit."""
        return self.years(name, self.data.get(name))

    def years(self, name: str, value: Any) -> int | None:
        """The same of a value that stands elsewhere."""
        if value is None or value == "":
            return None
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if math.isnan(number) or number < 0:
            self.note(name, "not an age")
            return None
        return None if number >= OLDEST_AGE else int(number)

    def date(self, name: str) -> dt.date | None:
        """A day between 1990 and today, from an ISO date or date-time, or from 31/12/2025 as the UK writes it."""
        value = self.data.get(name)
        if value is None or value == "":
            return None
        on = day(value) if isinstance(value, str) else None
        if on is None:
            self.note(name, "not a date")
        elif not _EARLIEST <= on <= self.today + dt.timedelta(days=1):  # the clock of a feed may be in another time zone
            self.note(name, f"{on.isoformat()} is not a day in the past")
            on = None
        return on


def day(value: str) -> dt.date | None:
    """The day that a text begins with, or None."""
    iso, uk = _ISO_DATE.match(value.strip()), _UK_DATE.match(value.strip())
    try:
        if iso:
            return dt.date(*map(int, iso.groups()))
        return dt.date(int(uk["y"]), int(uk["m"]), int(uk["d"])) if uk else None
    except ValueError:
        return None


def words(value: Any) -> str:
    """A nested value as plain text; empty where it is no text."""
    return shortened(plain(value), TEXT_LIMIT) if isinstance(value, str) else ""


def plain(text: str) -> str:
    """Text without mark-up and control characters, on one line. Blocks of HTML become sentences, since each may be quoted alone."""
    text = text[: 20 * TEXT_LIMIT]
    if not _MARKUP.search(text):
        return _line(text)
    lines = [line for line in map(_line, "".join(_visible(" ".join(text.split()))).split("\n")) if line]
    ended = [line if line[-1] in ".!?:;," else f"{line}." for line in lines[:-1]]
    return " ".join([*ended, *lines[-1:]])


def _visible(markup: str) -> Iterator[str]:
    """The text between the tags, with a line break for each block. One pass and no tree: parsers of HTML take minutes over hostile mark-up."""
    at = unseen = 0
    for tag in _TAG.finditer(markup):
        if not unseen:
            yield html.unescape(markup[at : tag.start()])
        at, name = tag.end(), (tag["name"] or "").lower()
        if name in _UNSEEN:
            unseen = max(0, unseen + (-1 if tag["end"] else 1))
        elif name in _BLOCKS:
            yield "\n"
    if not unseen:
        yield html.unescape(markup[at:])


def shortened(text: str, limit: int) -> str:
    """Text of at most ``limit`` characters, cut after a sentence where there is one, else after a word."""
    if len(text) <= limit:
        return text
    ends = [end for _, end in sentence_spans(text[: limit + 1]) if end < limit]
    return text[: ends[-1]] if ends else text[: text.rfind(" ", 0, limit) if " " in text[:limit] else limit]


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() or c.isspace() else "" if c > "\x7f" else " " for c in text).split())


def _kind(value: Any) -> str:
    return {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}.get(type(value), type(value).__name__)
